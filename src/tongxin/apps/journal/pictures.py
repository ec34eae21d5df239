"""Pictures as evidence: drawn anew, so that nothing but what can be seen survives. No EXIF, no place, no profile.

What a phone writes into a photo says where and with which device it was taken; only the moment is read out first.
"""

import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.utils.timezone import get_default_timezone
from PIL import ExifTags, Image, ImageOps

from tongxin.rules.errors import Invalid

SIDE = 2560  # pixels of the longer side: a shop sign across the street stays readable
THUMB_SIDE = 480
QUALITY = 85
MOST_PIXELS = 50_000_000  # the full resolution of phones on sale (48–50 million); more is a decompression bomb
MEDIA_TYPE = "image/jpeg"

_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_one_at_a_time = threading.Lock()  # decoding may take 150 MB: a process must not do four at once


class Drawn(NamedTuple):
    """A picture as it was drawn: pixels after scaling, and when the camera says it was taken."""

    width: int
    height: int
    taken_at: datetime | None


def redraw(source: Path, *, form: str, picture: Path, thumb: Path) -> Drawn:
    """Draw the picture in `source`, a JPEG, PNG or WEBP as `form` says, anew as two JPEG files, upright.

    Raises Invalid: `evidence.too_many_pixels`, `evidence.broken`.
    """
    with _one_at_a_time:
        try:
            with Image.open(source, formats=[form]) as opened:
                _measure(opened)
                taken_at = _moment(opened)
                drawn = _upright(opened)
        except (Invalid, MemoryError):
            raise
        except _BOMBS as error:
            raise Invalid("evidence.too_many_pixels", most=MOST_PIXELS // 1_000_000) from error
        except Exception as error:  # Pillow raises nearly anything on a file made to hurt it
            raise Invalid("evidence.broken") from error
        drawn.save(picture, "JPEG", quality=QUALITY)
        width, height = drawn.size
        drawn.thumbnail((THUMB_SIDE, THUMB_SIDE))
        drawn.save(thumb, "JPEG", quality=QUALITY)
    return Drawn(width, height, taken_at)


def _measure(opened: Image.Image) -> None:
    """Refuse a bomb by what its header claims, before a pixel is decoded."""
    if opened.width * opened.height > MOST_PIXELS:
        raise Invalid("evidence.too_many_pixels", most=MOST_PIXELS // 1_000_000)


def _upright(opened: Image.Image) -> Image.Image:
    """Return the pixels alone: scaled, turned as the camera was held, on white where they were transparent."""
    opened.thumbnail((SIDE, SIDE))  # lets a JPEG decode at half or quarter size at once
    image = ImageOps.exif_transpose(opened)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    image = image.convert("RGB")
    image.info.clear()  # comment, EXIF and profile would be written again
    return image


def _moment(opened: Image.Image) -> datetime | None:
    """Return when the camera says the photo was taken; local time where it does not say which."""
    with suppress(Exception):  # EXIF is written by anybody and broken in many ways; a photo without it is as good
        exif = opened.getexif().get_ifd(ExifTags.IFD.Exif)
        taken_at = datetime.strptime(exif[ExifTags.Base.DateTimeOriginal], "%Y:%m:%d %H:%M:%S")
        if offset := exif.get(ExifTags.Base.OffsetTimeOriginal):
            return datetime.fromisoformat(f"{taken_at.isoformat()}{offset}")
        return taken_at.replace(tzinfo=get_default_timezone())
    return None
