"""Evidence through the door: added and fetched within scope only, sent as what it is."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import town as towns
from tests.interfaces.api.conftest import a_body
from tongxin.apps.journal.models import Evidence


@pytest.fixture
def number(caller):
    return caller("grid_worker").post("/matters", a_body()).json()["number"]


def a_file(name="照片.jpg", content=None):
    return SimpleUploadedFile(name, content if content is not None else towns.a_photo().getvalue(), "image/jpeg")


def test_a_photo_is_added_told_and_fetched(caller, number):
    added = caller("grid_worker").upload(f"/matters/{number}/evidence", file=a_file(), kind="before")

    told = added.json()
    assert added.status_code == 201, told
    assert added["Location"] == told["href"]
    assert caller("acceptor").get(f"/matters/{number}").json()["evidence"] == [told]
    fetched = caller("acceptor").get(told["href"].removeprefix("/api/v1"))
    body = b"".join(fetched.streaming_content)
    fetched.close()
    assert body.startswith(b"\xff\xd8")
    assert fetched["Content-Type"] == "image/jpeg"
    assert fetched["X-Content-Type-Options"] == "nosniff"
    assert fetched["Content-Disposition"].startswith("inline")
    assert fetched["Cache-Control"].startswith("private")
    assert "sandbox" in fetched["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"kind": "before"}, 422, "evidence.no_file"),
        ({"kind": "nonsense", "file": "photo"}, 422, "evidence.no_kind"),
        ({"file": "photo"}, 422, "evidence.no_kind"),
    ],
)
def test_an_incomplete_form_is_refused(caller, number, form, status, code):
    form = form | ({"file": a_file()} if "file" in form else {})

    answer = caller("grid_worker").upload(f"/matters/{number}/evidence", **form)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 a zip named .jpg", b"\xff\xd8 no more", b"<svg onload=alert(1)>"]
)
def test_a_file_that_pretends_is_refused(caller, number, content):
    answer = caller("grid_worker").upload(f"/matters/{number}/evidence", file=a_file(content=content), kind="before")

    assert 400 <= answer.status_code < 500, answer.content
    assert not Evidence.objects.exists()


def test_a_body_that_is_no_form_is_refused(caller, number):
    for body, kind in (
        (b"{}", "application/json"),
        (b"junk", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
    ):
        answer = caller("grid_worker").client.post(
            f"/api/v1/matters/{number}/evidence",
            BytesIO(body).getvalue(),
            content_type=kind,
            headers={"Authorization": f"Bearer {caller('grid_worker').key}"},
        )

        assert 400 <= answer.status_code < 500, answer.content


def test_a_file_too_large_is_refused_before_it_is_read(caller, number, settings):
    settings.EVIDENCE_LIMIT_MB = 0

    big = a_file(content=b"x" * 1_100_000)
    answer = caller("grid_worker").upload(f"/matters/{number}/evidence", file=big, kind="other")

    assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")


def test_evidence_of_one_matter_is_not_found_under_another(caller, number):
    other = caller("grid_worker").post("/matters", a_body()).json()["number"]
    added = caller("grid_worker").upload(f"/matters/{number}/evidence", file=a_file(), kind="before").json()

    answer = caller("grid_worker").get(f"/matters/{other}/evidence/{added['id']}")

    assert (answer.status_code, answer.json()["code"]) == (404, "evidence.missing")
