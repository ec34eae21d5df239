"""Evidence: what can be seen is kept, what was hidden in it is not, and nothing hostile gets in."""

import os
import random
import struct
import threading
import time
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from PIL import ExifTags, Image

from tongxin.apps.journal import files, queries
from tongxin.apps.journal.evidence import erase, keep, open_evidence, receive, sweep
from tongxin.apps.journal.models import Evidence, EvidenceKind
from tongxin.rules.errors import Invalid, Missing

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


def a_pdf(objects: bytes) -> bytes:
    return PDF.replace(b"trailer", b"2 0 obj " + objects + b" endobj\ntrailer")


def packed(objects: bytes) -> bytes:
    """Return objects within a stream, as writers of PDF keep most of them."""
    return b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n" + zlib.compress(objects) + b"\nendstream"


SECRETS = (b"Exif", b"Secret Phone", b"a secret comment", b"ICC_PROFILE", b"a secret profile")


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path / "home" / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def keeping(worker, now):
    """Keep a file on matter:1 as evidence, changed by what the test says."""

    def keep_it(file, **changes):
        given = {"subject": "matter:1", "kind": EvidenceKind.OTHER, "by": worker, "now": now}
        return keep(file if hasattr(file, "read") else BytesIO(file), **given | changes)

    return keep_it


def a_photo(size=(64, 48), form="JPEG", mode="RGB", color="red", **options):
    out = BytesIO()
    Image.new(mode, size, color).save(out, form, **options)
    return out.getvalue()


def a_noise(size=(400, 300), form="JPEG"):
    out = BytesIO()
    Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3)).save(out, form)
    return out.getvalue()


def with_exif(orientation=1, taken="2026:11:19 08:00:00", offset=None):
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Secret Phone"
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (28.0, 56.0, 24.0)
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    if offset:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = offset
    return exif


def a_zip():
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    return out.getvalue()


def a_png_claiming(width, height):
    """A PNG of a few bytes whose header claims this many pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def left_on_disk(root):
    return [path for path in Path(root).rglob("*") if path.is_file()]


# --- what gets in ---


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_drawn_anew_with_a_thumbnail(form, keeping, root):
    kept = keeping(a_photo((1000, 500), form))

    with Image.open(files.path_of(kept.sha256)) as picture, Image.open(files.path_of(kept.sha256, thumb=True)) as thumb:
        assert (picture.format, picture.size) == ("JPEG", (1000, 500))
        assert thumb.size == (480, 240)
        assert picture.getpixel((5, 5))[0] > 240
    assert (kept.media_type, kept.width, kept.height) == ("image/jpeg", 1000, 500)
    assert kept.size == files.path_of(kept.sha256).stat().st_size
    assert len(left_on_disk(root)) == 2


@pytest.mark.django_db
def test_nothing_but_the_pixels_survives(keeping):
    photo = a_photo(exif=with_exif(), comment=b"a secret comment", icc_profile=b"a secret profile")
    assert all(secret in photo for secret in SECRETS)

    kept = keeping(photo)

    for thumb in (False, True):
        written = files.path_of(kept.sha256, thumb=thumb).read_bytes()
        assert not any(secret in written for secret in SECRETS)
        with Image.open(BytesIO(written)) as picture:
            assert not picture.getexif()
            assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.django_db
def test_a_photo_taken_sideways_stands_upright(keeping):
    kept = keeping(a_photo((80, 40), exif=with_exif(orientation=6)))

    assert (kept.width, kept.height) == (40, 80)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("taken", "offset", "expected"),
    [
        ("2026:11:19 08:00:00", None, datetime(2026, 11, 19, 0, 0, tzinfo=UTC)),
        ("2026:11:19 08:00:00", "+09:00", datetime(2026, 11, 18, 23, 0, tzinfo=UTC)),
        ("2031:01:01 00:00:00", None, None),
        ("yesterday", None, None),
        ("0000:00:00 00:00:00", None, None),
    ],
)
def test_the_moment_a_camera_tells_is_kept_if_it_can_be_true(taken, offset, expected, keeping):
    kept = keeping(a_photo(exif=with_exif(taken=taken, offset=offset)))

    assert kept.taken_at == expected


@pytest.mark.slow
@pytest.mark.django_db
def test_a_large_photo_is_made_smaller(keeping):
    kept = keeping(a_photo((5000, 2500)))

    assert (kept.width, kept.height) == (2560, 1280)


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "1", "I;16"])
def test_every_kind_of_pixel_becomes_a_jpeg(mode, keeping):
    kept = keeping(a_photo(form="PNG", mode=mode, color=None))

    with Image.open(files.path_of(kept.sha256)) as picture:
        transparent = mode in {"RGBA", "LA"}
        assert picture.convert("L").getpixel((5, 5)) == (255 if transparent else 0)


@pytest.mark.django_db
def test_a_document_is_kept_as_it_is(keeping):
    kept = keeping(PDF, kind=EvidenceKind.DOCUMENT)

    assert files.path_of(kept.sha256).read_bytes() == PDF
    assert (kept.media_type, kept.width, kept.size) == ("application/pdf", None, len(PDF))


@pytest.mark.django_db
def test_the_name_of_a_file_is_neither_believed_nor_kept(keeping, root):
    kept = keeping(SimpleUploadedFile("王某某身份证.exe", a_photo(), content_type="text/html"))

    assert kept.media_type == "image/jpeg"
    assert all(str(path.name).startswith(kept.sha256) for path in left_on_disk(root))
    assert "王某某" not in str(Evidence.objects.values().get())


# --- what does not ---

HOSTILE = {
    "no byte": (b"", "evidence.empty"),
    "an archive": (a_zip(), "evidence.type_refused"),
    "a drawing with scripts": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "evidence.type_refused"),
    "a page": (b"<!DOCTYPE html><script>alert(1)</script>", "evidence.type_refused"),
    "a text": ("井盖坏了".encode(), "evidence.type_refused"),
    "a gif": (a_photo(form="GIF"), "evidence.type_refused"),
    "a program": (b"MZ\x90\x00" + bytes(200), "evidence.type_refused"),
    "a photo and an archive": (a_photo() + a_zip(), "evidence.type_mixed"),
    "a photo and a page": (a_photo(comment=b"<html><script>alert(1)</script>"), "evidence.type_mixed"),
    "a photo and a document": (a_photo(comment=PDF), "evidence.type_mixed"),
    "a document and an archive": (PDF + a_zip(), "evidence.type_mixed"),
    "a document and a page": (PDF + b"<b>more</b>", "evidence.type_mixed"),
    "a document with a script": (a_pdf(b"<< /S /JavaScript /JS (app.alert) >>"), "evidence.active"),
    "a document with a script spelt oddly": (a_pdf(b"<< /S /J#61vaScript >>"), "evidence.active"),
    "a document that starts a program": (a_pdf(b"<< /S /Launch /F (cmd) >>"), "evidence.active"),
    "a document with a script packed away": (a_pdf(packed(b"<< /S /JavaScript >>")), "evidence.active"),
    "a document packed a thousandfold": (a_pdf(packed(bytes(40 << 20))), "evidence.active"),
    "half a document": (PDF[:40], "evidence.broken"),
    "half a photo": (a_noise()[:9000], "evidence.broken"),
    "half a png": (a_noise(form="PNG")[:9000], "evidence.broken"),
    "half a webp": (a_noise(form="WEBP")[:9000], "evidence.broken"),
    "the beginning of a photo": (a_photo()[:11], "evidence.broken"),
    "a photo of noise": (b"\xff\xd8\xff" + bytes(range(256)) * 20, "evidence.broken"),
    "a bomb of pixels": (a_png_claiming(9000, 9000), "evidence.too_many_pixels"),
    "a huge bomb of pixels": (a_png_claiming(60000, 60000), "evidence.too_many_pixels"),
    "a file too large": (PDF + bytes(1 << 20), "evidence.too_large"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("file", "code"), HOSTILE.values(), ids=HOSTILE)
def test_it_is_refused_and_leaves_nothing(file, code, keeping, root, settings):
    settings.EVIDENCE_LIMIT_MB = 1

    with pytest.raises(Invalid) as refusal:
        keeping(SimpleUploadedFile("photo.jpg", file, content_type="image/jpeg"))

    assert refusal.value.code == code
    assert [path for path in Path(root).rglob("*") if path.name != "incoming"] == []
    assert not Evidence.objects.exists()


def test_a_refusal_says_what_the_file_was():
    with pytest.raises(Invalid) as refusal, receive(BytesIO(a_photo(form="GIF"))):
        pass

    assert refusal.value.facts == {"found": "image/gif"}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [EvidenceKind.BEFORE, EvidenceKind.AFTER])
def test_a_document_proves_no_place(kind, keeping, root):
    with pytest.raises(Invalid, match=r"evidence\.not_a_picture"):
        keeping(PDF, kind=kind)

    assert left_on_disk(root) == []


@pytest.mark.slow
def test_a_flood_is_cut_off_at_the_limit(settings):
    settings.EVIDENCE_LIMIT_MB = 1

    class Flood:
        given = 0

        def read(self, size):
            self.given += size
            return bytes(size)

    flood = Flood()
    with pytest.raises(Invalid, match=r"evidence\.too_large"), receive(flood):
        pass

    assert flood.given <= (1 << 20) + files._CHUNK


# --- how it lies and is shown ---


@pytest.mark.django_db
def test_files_are_for_the_eyes_of_this_house_only(keeping, root):
    before = os.umask(0)
    try:
        keeping(a_photo())
        keeping(PDF)
    finally:
        os.umask(before)

    for path in (root, *root.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.django_db
def test_keeping_is_recorded_by_reference_and_hash(keeping):
    kept = keeping(a_photo(), kind=EvidenceKind.AFTER, post_id=3)

    (entry,) = queries.story("matter:1")
    assert (entry.kind, entry.actor, entry.post_id) == ("evidence.keep", "person:7", 3)
    assert entry.data == {"evidence": kept.pk, "as": "after", "sha256": kept.sha256}


@pytest.mark.django_db
def test_the_same_photo_sent_twice_is_kept_once(keeping):
    first, second = keeping(a_photo()), keeping(a_photo())
    other = keeping(a_photo(), kind=EvidenceKind.AFTER)

    assert first == second != other
    assert queries.story("matter:1").count() == queries.evidence_of("matter:1").count() == 2


@pytest.mark.django_db
def test_it_is_shown_as_what_it_is_and_can_run_nothing(keeping, root):
    photo, document = keeping(a_photo()), keeping(PDF)

    shown, thumb, paper = open_evidence(photo), open_evidence(photo, thumb=True), open_evidence(document)

    assert all(each.path.resolve().is_relative_to(root.resolve()) for each in (shown, thumb, paper))
    assert shown.headers["Content-Type"] == thumb.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Content-Disposition"] == f'inline; filename="evidence-{photo.pk}.jpg"'
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.headers["Content-Disposition"].startswith("attachment;")
    assert shown.headers["ETag"] != thumb.headers["ETag"]
    for each in (shown, thumb, paper):
        assert each.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in each.headers["Content-Security-Policy"]
    with pytest.raises(Missing):
        open_evidence(document, thumb=True)


@pytest.mark.django_db
def test_no_row_can_name_a_path(now):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="evidence_sha256"), transaction.atomic():
        Evidence.objects.create(subject="matter:1", kind="other", sha256="../../etc/passwd", size=1, kept_at=now)


# --- how it goes ---


@pytest.mark.django_db
def test_what_is_erased_leaves_its_hash_and_its_story(keeping, worker, now, root, django_capture_on_commit_callbacks):
    kept = keeping(a_photo())

    with django_capture_on_commit_callbacks(execute=True):
        erase(evidence_id=kept.pk, by=worker, now=now + timedelta(days=1))

    kept.refresh_from_db()
    assert left_on_disk(root) == []
    assert (kept.erased_by, len(kept.sha256)) == ("person:7", 64)
    assert [entry.kind for entry in queries.story("matter:1")] == ["evidence.keep", "evidence.erase"]
    assert not queries.evidence_of("matter:1")
    for again in (lambda: open_evidence(kept), lambda: erase(evidence_id=kept.pk, by=worker, now=now)):
        with pytest.raises(Missing, match=r"evidence\.missing"):
            again()


@pytest.mark.django_db
def test_a_photo_of_two_subjects_outlives_one(keeping, worker, now, root, django_capture_on_commit_callbacks):
    here, there = keeping(a_photo()), keeping(a_photo(), subject="matter:2")
    assert len(left_on_disk(root)) == 2

    with django_capture_on_commit_callbacks(execute=True):
        erase(evidence_id=here.pk, by=worker, now=now)
    sweep()

    assert open_evidence(there).path.is_file()


@pytest.mark.django_db
def test_an_erasure_rolled_back_erases_nothing(keeping, worker, now, django_capture_on_commit_callbacks):
    kept = keeping(a_photo())

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        erase(evidence_id=kept.pk, by=worker, now=now)
        transaction.set_rollback(True)

    assert open_evidence(Evidence.objects.get()).path.is_file()


@pytest.mark.django_db
def test_the_sweep_takes_what_no_row_keeps(keeping, root):
    kept = keeping(a_photo())
    with transaction.atomic():
        keeping(a_photo(color="blue"))
        transaction.set_rollback(True)
    dead, alive = root / "incoming" / "dead", root / "incoming" / "alive"
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "original").write_bytes(b"x")
    long_ago = time.time() - files.ABANDONED - 1
    os.utime(dead, (long_ago, long_ago))
    assert len(left_on_disk(root)) == 6

    sweep()

    assert {path.name for path in left_on_disk(root)} == {kept.sha256, kept.sha256 + ".thumb", "original"}
    assert alive.exists()


@pytest.mark.django_db(transaction=True)
def test_a_sweep_waits_for_a_photo_that_is_just_being_kept(keeping):
    placed, swept = threading.Event(), threading.Event()

    def sweep_meanwhile():
        placed.wait()
        sweep()
        swept.set()
        connection.close()

    other = threading.Thread(target=sweep_meanwhile)
    other.start()
    with transaction.atomic():
        kept = keeping(a_photo())
        placed.set()
        assert not swept.wait(0.2)
    other.join()

    assert open_evidence(kept).path.is_file()


def test_a_photo_is_received_before_anything_is_locked_and_gone_unless_kept(root):
    with receive(BytesIO(a_photo())) as received:
        assert received.path.is_file()

    assert left_on_disk(root) == []
