"""Photos of a report: examined, all of them, before anything is written; their place read only when that was agreed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, BinaryIO, TypeVar

import structlog
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from PIL import ExifTags, Image

from tongxin.apps.journal.evidence import Received, receive
from tongxin.look.filters import say
from tongxin.rules.errors import Invalid, Refused

log = structlog.get_logger()
Photo = TypeVar("Photo")

MOST = 6
FIELD = "photos"
ACCEPT = "image/jpeg,image/png,image/webp,image/heic,image/*"


class Unfit(Invalid):
    """A photo that cannot be taken: `name` is what the phone calls it, `why` the refusal."""

    def __init__(self, name: str, why: Refused) -> None:
        super().__init__("portal.photo", name=name[:60], why=why.code)
        self.why = why


@contextmanager
def examined(request: HttpRequest) -> Iterator[list[Received]]:
    """Examine the photos of a form; whatever is not kept by the end is gone. Raises Unfit, naming the first bad one."""
    files = request.FILES.getlist(FIELD)
    if len(files) > MOST:
        raise Invalid("portal.too_many_photos", most=MOST, found=len(files))
    with ExitStack() as stack:
        yield [_received(stack, file) for file in files if file.size]


def _received(stack: ExitStack, file: UploadedFile) -> Received:
    try:
        found = stack.enter_context(receive(file.file))
        if found.thumb is None:
            raise Invalid("portal.not_a_photo")
    except Refused as why:
        raise Unfit(file.name or "", why) from why
    return found


def keep_each(photos: Iterable[Photo], attach: Callable[[Photo], object]) -> dict[int, str]:
    """Attach each photo by itself, when what it belongs to is kept already; return why some could not be, by place.

    Places count from 1. A full disk is no reason to lose a report, nor to be silent about its photo.
    """
    lost = {}
    for place, photo in enumerate(photos, 1):
        try:
            attach(photo)
        except Refused as why:
            lost[place] = say(why)
        except (OSError, DatabaseError) as wrong:
            log.error("portal.photo_lost", error=type(wrong).__name__)
            lost[place] = _("it could not be stored just now")
    return lost


def lost_in(asked: str) -> list[int]:
    """Return the places of photos that an address says were lost: as `as_asked` writes them."""
    return sorted(
        {int(each) for each in asked.split("-")[:MOST] if each.isascii() and each.isdecimal() and len(each) < 3}
    )


def as_asked(lost: Iterable[int]) -> str:
    """Return places as an address says them."""
    return "-".join(map(str, lost))


def place_in(files: Sequence[UploadedFile]) -> tuple[float, float] | None:
    """Return where the first photo that says so was taken, (lon, lat) in WGS-84, as cameras write it; else None."""
    for file in files:
        found = None
        with suppress(Exception):  # EXIF is written by anybody and broken in many ways; without it one picks the place
            found = _place(file.file)
        file.seek(0)
        if found:
            return found
    return None


def _place(file: BinaryIO) -> tuple[float, float] | None:
    with Image.open(file, formats=["JPEG"]) as opened:
        told: dict[int, Any] = opened.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    tags = ExifTags.GPS
    lat = _degrees(told[tags.GPSLatitude], told[tags.GPSLatitudeRef] == "S")
    lon = _degrees(told[tags.GPSLongitude], told[tags.GPSLongitudeRef] == "W")
    return (lon, lat) if (lon, lat) != (0, 0) else None


def _degrees(parts: Sequence[Any], is_negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    found = degrees + minutes / 60 + seconds / 3600
    return round(-found if is_negative else found, 6)
