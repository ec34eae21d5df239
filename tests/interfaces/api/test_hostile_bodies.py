"""Bodies nobody should send: each is a problem in words, none a failure of ours, and none leaves a trace."""

import json

import pytest

from tests.interfaces.api.conftest import a_body
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters.models import Matter

WHOLE = json.dumps(a_body(), ensure_ascii=False).encode()


def with_form(value: bytes) -> bytes:
    return WHOLE[:-1] + b', "form": {"a": ' + value + b"}}"


BODIES = {
    "nothing": b"",
    "spaces": b"  \n ",
    "no JSON": b"template=C02",
    "cut short": WHOLE[:-5],
    "two values": WHOLE + WHOLE,
    "null": b"null",
    "a number": b"7",
    "a text": b'"C02"',
    "NaN": WHOLE.replace(b"118.865", b"NaN"),
    "infinity": WHOLE.replace(b"118.865", b"Infinity"),
    "1e999": WHOLE.replace(b"118.865", b"1e999"),
    "huge longitude": WHOLE.replace(b"118.865", b"9" * 300),
    "wrong types": b'{"template": 1, "text": [], "lon": "118", "lat": {}}',
    "null text": b'{"template": "C02", "text": null}',
    "missing text": b'{"template": "C02"}',
    "key twice": WHOLE[:-1] + b', "text": "second"}',
    "key twice inside": with_form(b'{"x": 1, "x": 2}'),
    "NUL in text": WHOLE[:-1] + b', "title": "a\\u0000b"}',
    "NUL in key": WHOLE[:-1] + b', "key": "a\\u0000b"}',
    "NUL in template": b'{"template": "C\\u0000", "text": "a", "area": "330802001"}',
    "NUL in form": with_form(b'"a\\u0000b"'),
    "NUL in a form's name": WHOLE[:-1] + b', "form": {"a\\u0000": 1}}',
    "raw NUL": WHOLE.replace(b"C02", b"C\x0002"),
    "invalid UTF-8": WHOLE.replace(b"C02", b"\xff\xfe"),
    "GB18030": json.dumps(a_body(), ensure_ascii=False).encode("gb18030"),
    "UTF-16": json.dumps(a_body()).encode("utf-16"),
    "lone surrogate": WHOLE.replace(b"C02", b"\\ud800"),
    "deep form": with_form(b"[" * 40 + b"]" * 40),
    "very deep form": with_form(b"[" * 100_000 + b"]" * 100_000),
    "deep body": b"[" * 100_000 + b"]" * 100_000,
    "deep open": b'{"a":' * 50_000,
    "huge integer": with_form(b"9" * 4_000),
    "endless integer": with_form(b"9" * 100_000),
    "10 MB text": WHOLE[:-1] + b', "title": "' + b"a" * 10_000_000 + b'"}',
    "2 MB text": WHOLE[:-1] + b', "title": "' + b"a" * 2_000_000 + b'"}',
    "wide form": WHOLE[:-1] + b', "form": {' + b",".join(b'"k%d":1' % n for n in range(20_000)) + b"}}",
    "far future": WHOLE[:-1] + b', "reported_at": "9999-12-31T23:59:59-12:00"}',
    "far past": WHOLE[:-1] + b', "reported_at": "0001-01-01T00:00:00+14:00"}',
    "list of junk": b'[1, null, "x", [], {}]',
    "list with invalid UTF-8": b"[" + WHOLE.replace(b"C02", b"\xff\xfe") + b"]",
    "list cut short": b"[" + WHOLE,
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_report_is_refused_and_leaves_nothing(caller, name):
    answer = caller("grid_worker").post("/matters", BODIES[name])

    problems = [row["problem"] for row in answer.json()] if answer.status_code == 207 else [answer.json()]
    for problem in problems:
        assert 400 <= problem["status"] < 500, problem
        assert any("一" <= letter <= "鿿" for letter in problem["detail"])
        assert "{" not in problem["detail"]
    assert not Matter.objects.exists()
    assert not Entry.objects.filter(subject__startswith="matter:").exists()


@pytest.mark.parametrize("name", [name for name in BODIES if name not in {"nothing", "spaces", "missing text"}])
def test_a_hostile_act_is_refused_and_leaves_nothing(caller, town, name):
    number = caller("grid_worker").post("/matters", a_body()).json()["number"]

    answer = caller("acceptor").post(f"/matters/{number}/acts/accept", BODIES[name])

    assert 400 <= answer.status_code < 500, answer.content
    assert Matter.objects.get().rev == 1


@pytest.mark.parametrize("hostile", ["'; DROP TABLE matters_matter; --", "<script>alert(1)</script>", "\\'\"%s{0}"])
def test_texts_that_look_like_code_are_kept_as_texts(caller, hostile):
    body = a_body(text=hostile, title=hostile, place=hostile, contact={"name": hostile, "phone": hostile})

    number = caller("grid_worker").post("/matters", body).json()["number"]

    told = caller("grid_worker").get(f"/matters/{number}").json()
    assert (told["text"], told["title"], told["place"]) == (hostile, hostile, hostile)


@pytest.mark.parametrize(
    "query",
    [
        "q=%00", "template=%00", "unit=%00", "after=%00", "after=x", "after=2026-11-20T00:00:00~1",
        "after=2026-11-20T00:00:00%2B08:00~99999999999999999999", "after=9999-99-99T00:00:00~1", "limit=0",
        "limit=201", "limit=x", "state=nonsense", "lamp=blue", "area=abc", "area=33%00", "since=2026-13-01",
        "until=2026-11-31", "since=-1", "since=0", "misspelt=1",
        "q=" + "a" * 61, "channel=pigeon",
    ],
)  # fmt: skip
def test_a_hostile_query_is_refused(caller, query):
    answer = caller("dispatcher").get(f"/matters?{query}")

    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_a_day_beyond_all_days_is_the_first_or_the_last_of_them(caller):
    number = caller("grid_worker").post("/matters", a_body()).json()["number"]

    answer = caller("grid_worker").get("/matters?since=0001-01-01&until=9999-12-31")

    assert [each["number"] for each in answer.json()["items"]] == [number]


def test_a_place_in_a_list_that_no_row_can_have_is_refused(caller):
    answer = caller("dispatcher").get(f"/orders?before={2**64}")

    assert (answer.status_code, answer.json()["code"]) == (422, "query.invalid")


@pytest.mark.parametrize("whole", [b"1", b"1.0", b"10e-1"])
def test_a_whole_number_may_be_written_with_a_point(caller, whole):
    number = caller("grid_worker").post("/matters", a_body()).json()["number"]

    answer = caller("acceptor").post(f"/matters/{number}/acts/accept", b'{"rev": ' + whole + b"}")

    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize(
    "path",
    [
        "/matters/%00", "/matters/" + "A" * 500, "/matters/KC261120-0001%00", "/matters/１２３", "/areas/%00",
        "/areas/99", "/areas/" + "9" * 400, "/templates/%00", "/matters/KC261120-0001/evidence/99999999999999999999999",
        "/matters/KC261120-0001/evidence/x", "/matters/../secret", "//", "/%ff",
    ],
)  # fmt: skip
def test_a_hostile_address_is_not_found(caller, path):
    answer = caller("dispatcher").get(path)

    assert answer.status_code == 404, answer.content
    assert answer["Content-Type"] == "application/problem+json"
