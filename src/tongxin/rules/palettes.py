"""The colors of a county's brand: one hue as data, its shades derived, refused where white letters are hard to read.

Source of the ratios: WCAG 2.2, 1.4.3 (text 4.5:1) and its definition of relative luminance.
"""

import re
from typing import NamedTuple

from tongxin.rules.errors import Invalid

LEAST = 4.5  # of text on its ground
HEX = re.compile(r"#[0-9a-f]{6}")
WHITE, BLACK = (255, 255, 255), (0, 0, 0)

Color = tuple[int, int, int]


class Palette(NamedTuple):
    """The shades a page needs of one hue, each `#rrggbb`: buttons and links, hover, soft ground, line."""

    main: str
    deep: str
    soft: str
    line: str


def palette(hue: str) -> Palette:
    """Return the shades of a hue. Raises Invalid where it is no color, or too pale for white letters or as a link."""
    if not HEX.fullmatch(hue):
        raise Invalid("brand.no_color", color=hue[:20])
    main = _read(hue)
    soft = _mixed(main, WHITE, 0.9)
    least = min(contrast(hue, "#ffffff"), contrast(hue, _written(soft)))
    if least < LEAST:
        raise Invalid("brand.pale", color=hue, ratio=f"{least:.1f}", least=LEAST)
    return Palette(hue, _written(_mixed(main, BLACK, 0.22)), _written(soft), _written(_mixed(main, WHITE, 0.66)))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, 1 to 21."""
    light, dark = sorted((_luminance(_read(one)), _luminance(_read(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _read(color: str) -> Color:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _written(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def _mixed(color: Color, other: Color, share: float) -> Color:
    """Return a color with this share of the other one in it."""
    red, green, blue = (round(mine + (theirs - mine) * share) for mine, theirs in zip(color, other, strict=True))
    return red, green, blue


def _luminance(color: Color) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in (c / 255 for c in color)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
