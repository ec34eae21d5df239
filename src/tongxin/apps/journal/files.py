"""The files of evidence on disk: each under the hash of its content, for the eyes of this house only (0700, 0600).

A file comes in through a folder of its own, is examined there, and is moved to its place, on disk and whole, before its
row commits. What is refused, or whose process dies, leaves at most that folder behind, for `sweep_incoming`.
"""

import hashlib
import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import puremagic
from django.conf import settings

from tongxin.apps.journal import documents, pictures
from tongxin.rules.errors import Invalid

PDF = documents.PDF
ABANDONED = 3600  # seconds after which an incoming folder belongs to nobody
_CHUNK = 1 << 16
_HEAD = 4096

_SIGNATURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
# What makes a browser or reader take a file for something else, if it stands near the beginning.
_DISGUISES = (b"%pdf-", b"<!doctype", b"<html", b"<script", b"<svg", b"<body", b"<?php")


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has been examined and waits to be kept: where it lies for now and what it is."""

    path: Path
    thumb: Path | None
    sha256: str
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None


@contextmanager
def receive(upload: BinaryIO) -> Iterator[Received]:
    """Take in a file and examine it by its content; whatever is not kept by the end is gone.

    Slow for a large photo (0.2 s): best done before anything is locked. Raises Invalid: `evidence.empty`,
    `evidence.too_large`, `evidence.type_refused`, `evidence.type_mixed`, `evidence.broken`, `evidence.active`,
    `evidence.too_many_pixels`.
    """
    with TemporaryDirectory(dir=_private(_incoming())) as folder:
        original = Path(folder, "original")
        _write(upload, original)
        yield _examined(original)


def place(received: Received) -> None:
    """Move a received file to its place, for good: once this returns, it survives a power cut."""
    target = path_of(received.sha256)
    _private(target.parent)
    if received.thumb is not None:
        _move(received.thumb, path_of(received.sha256, thumb=True))
    _move(received.path, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def path_of(sha256: str, *, thumb: bool = False) -> Path:
    """Return where the file with this hash lies, or its thumbnail."""
    return Path(settings.EVIDENCE_ROOT, sha256[:2], sha256[2:4], sha256 + (".thumb" if thumb else ""))


def remove(sha256: str) -> None:
    """Remove the file with this hash and its thumbnail; what is gone already is fine."""
    path_of(sha256, thumb=True).unlink(missing_ok=True)
    path_of(sha256).unlink(missing_ok=True)


def kept() -> Iterator[str]:
    """Yield the hash of each file that lies in its place."""
    for path in Path(settings.EVIDENCE_ROOT).glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
        yield path.name.removesuffix(".thumb")


def sweep_incoming() -> None:
    """Remove the incoming folders of processes that died."""
    for folder in _incoming().glob("*"):
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > ABANDONED:
                shutil.rmtree(folder)


def _incoming() -> Path:
    return Path(settings.EVIDENCE_ROOT, "incoming")


def _private(folder: Path) -> Path:
    """Make a folder below the root, closed to others on every level."""
    root = Path(settings.EVIDENCE_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for level in (*reversed(folder.relative_to(root).parents[:-1]), folder.relative_to(root)):
        (root / level).mkdir(mode=0o700, exist_ok=True)
    return folder


def _write(upload: BinaryIO, target: Path) -> None:
    size = 0
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := upload.read(_CHUNK):
            size += len(chunk)
            if size > settings.EVIDENCE_LIMIT_MB << 20:
                raise Invalid("evidence.too_large", limit_mb=settings.EVIDENCE_LIMIT_MB)
            out.write(chunk)
    if not size:
        raise Invalid("evidence.empty")


def _examined(original: Path) -> Received:
    with original.open("rb") as file:
        head = file.read(_HEAD)
    form = _form(head)
    if any(disguise in head[1:].lower() for disguise in _DISGUISES) or _holds_archive(original):
        raise Invalid("evidence.type_mixed")
    if form == "PDF":
        documents.check(original)
        return Received(original, None, _sha256(original), PDF, original.stat().st_size)
    picture, thumb = original.with_name("picture"), original.with_name("thumb")
    drawn = pictures.redraw(original, form=form, picture=picture, thumb=thumb)
    picture.chmod(0o600)
    thumb.chmod(0o600)
    return Received(picture, thumb, _sha256(picture), pictures.MEDIA_TYPE, picture.stat().st_size, *drawn)


def _form(head: bytes) -> str:
    """Return what a file is by its first bytes, never by its name."""
    for signature, form in _SIGNATURES.items():
        if head.startswith(signature):
            return form
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head.startswith((b"%PDF-1.", b"%PDF-2.")):
        return "PDF"
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    raise Invalid("evidence.type_refused", found=found or "?")


def _holds_archive(path: Path) -> bool:
    """Is there an archive at the end of the file, as in a photo that is also a program?"""
    try:
        zipfile.ZipFile(path).close()
    # no archive; one of a version it cannot read; one whose end points before the beginning of the file (both others)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _move(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        os.fsync(file.fileno())
    source.replace(target)
