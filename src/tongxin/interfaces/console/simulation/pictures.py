"""Pictures of what grid workers see: flat illustrations, before and after, drawn here and marked 示意.

They stand where photos would. Drawn the same every time, and kept once each, whatever number of matters shows them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO

from PIL import Image, ImageDraw

from tongxin.apps.journal.evidence import keep
from tongxin.apps.journal.models import Evidence, EvidenceKind
from tongxin.rules.permissions import SYSTEM

WIDTH, HEIGHT, TWICE = 960, 640, 2  # drawn at twice the size and reduced: soft edges
SUBJECT = "pictures:simulation"
QUALITY = 88

SKY, WALL, SHADE, ROAD, KERB = "#E9EDEF", "#D9DAD2", "#C6C8BF", "#9AA0A3", "#C9CCCB"
INK, BLUE, GREEN, LEAF, WOOD, RUST = "#4A5358", "#1F4E79", "#6F8F6B", "#86A67E", "#8B8357", "#A06A4B"
AMBER, ORANGE, WHITE, WATER, MUD = "#E0B04A", "#D9772B", "#F6F6F3", "#8FB3C4", "#7C7A5A"

Pen = ImageDraw.ImageDraw


def _box(pen: Pen, x: int, y: int, width: int, height: int, fill: str, radius: int = 0) -> None:
    corners = [each * TWICE for each in (x, y, x + width, y + height)]
    pen.rounded_rectangle(corners, radius * TWICE, fill=fill)


def _disk(pen: Pen, x: int, y: int, rx: int, ry: int, fill: str) -> None:
    pen.ellipse([each * TWICE for each in (x - rx, y - ry, x + rx, y + ry)], fill=fill)


def _shape(pen: Pen, fill: str, *points: tuple[int, int]) -> None:
    pen.polygon([(x * TWICE, y * TWICE) for x, y in points], fill=fill)


def _line(pen: Pen, fill: str, width: int, *points: tuple[int, int]) -> None:
    pen.line([(x * TWICE, y * TWICE) for x, y in points], fill=fill, width=width * TWICE, joint="curve")


# --- what the scenes are made of -------------------------------------------------------------------------


def _street(pen: Pen, sky: str = SKY) -> None:
    _box(pen, 0, 0, WIDTH, HEIGHT, sky)
    _box(pen, 0, 120, WIDTH, 240, WALL)
    for x in range(60, WIDTH, 180):
        _box(pen, x, 165, 90, 110, SHADE, 4)
    _box(pen, 0, 360, WIDTH, 40, KERB)
    _box(pen, 0, 400, WIDTH, 240, ROAD)


def _lane(pen: Pen) -> None:
    _street(pen)
    for x in range(40, WIDTH, 220):
        _box(pen, x, 505, 120, 12, WHITE)


def _bank(pen: Pen) -> None:
    _box(pen, 0, 0, WIDTH, HEIGHT, SKY)
    _shape(pen, LEAF, (0, 240), (960, 180), (960, 330), (0, 380))
    _shape(pen, WATER, (0, 380), (960, 320), (960, 640), (0, 640))
    _line(pen, KERB, 14, (0, 380), (960, 320))


def _hall(pen: Pen) -> None:
    _box(pen, 0, 0, WIDTH, HEIGHT, "#E3E2DA")
    _shape(pen, SHADE, (0, 640), (330, 400), (630, 400), (960, 640))
    _box(pen, 330, 110, 300, 290, WALL)
    _box(pen, 400, 170, 160, 230, "#B9C4C9", 4)
    _disk(pen, 540, 290, 8, 8, INK)


def _cone(pen: Pen, x: int, y: int) -> None:
    _shape(pen, ORANGE, (x - 36, y), (x + 36, y), (x + 8, y - 110), (x - 8, y - 110))
    _shape(pen, WHITE, (x - 25, y - 34), (x + 25, y - 34), (x + 17, y - 62), (x - 17, y - 62))
    _box(pen, x - 48, y, 96, 12, ORANGE, 4)


def _bags(pen: Pen, x: int, y: int) -> None:
    for dx, dy, r, fill in (
        (0, 0, 62, "#5E666A"),
        (96, 14, 52, "#73808A"),
        (-84, 18, 46, "#838C7C"),
        (40, -58, 44, INK),
    ):
        _disk(pen, x + dx, y + dy, r, r - 10, fill)
        _shape(pen, fill, (x + dx - 14, y + dy - r + 14), (x + dx + 14, y + dy - r + 14), (x + dx, y + dy - r - 12))
    _box(pen, x + 130, y - 20, 90, 66, RUST, 4)
    _box(pen, x - 190, y + 4, 80, 50, WOOD, 4)


def _bin(pen: Pen, x: int, y: int) -> None:
    _box(pen, x, y, 110, 130, GREEN, 8)
    _box(pen, x - 8, y - 18, 126, 24, "#5C7A59", 8)


def _car(pen: Pen, x: int, y: int, fill: str) -> None:
    _shape(pen, fill, (x + 40, y), (x + 80, y - 60), (x + 220, y - 60), (x + 270, y))
    _box(pen, x, y, 320, 70, fill, 18)
    _box(pen, x + 92, y - 48, 54, 44, SKY, 6)
    _box(pen, x + 156, y - 48, 62, 44, SKY, 6)
    for wheel in (x + 70, x + 250):
        _disk(pen, wheel, y + 70, 34, 34, INK)
        _disk(pen, wheel, y + 70, 14, 14, KERB)


def _bike(pen: Pen, x: int, y: int, fill: str) -> None:
    for wheel in (x, x + 120):
        _disk(pen, wheel, y, 44, 44, INK)
        _disk(pen, wheel, y, 35, 35, KERB)
    _line(pen, fill, 9, (x, y), (x + 46, y - 70), (x + 100, y - 70), (x + 120, y))
    _line(pen, fill, 9, (x + 100, y - 70), (x + 90, y - 104), (x + 118, y - 110))
    _box(pen, x + 22, y - 86, 48, 12, INK, 6)


def _tree(pen: Pen, x: int, y: int) -> None:
    _box(pen, x - 14, y - 150, 28, 150, WOOD, 6)
    for dx, dy in ((0, -220), (-70, -170), (70, -170)):
        _disk(pen, x + dx, y + dy, 78, 66, GREEN)


# --- the scenes: before and after ------------------------------------------------------------------------

Scene = Callable[[Pen, bool], None]


def _refuse(pen: Pen, after: bool) -> None:
    _street(pen)
    _bin(pen, 650, 300)
    if after:
        _box(pen, 200, 432, 360, 10, "#A9AEB0")
    else:
        _bags(pen, 420, 420)


def _manhole(pen: Pen, after: bool) -> None:
    _lane(pen)
    _disk(pen, 480, 500, 150, 56, INK if not after else "#737A70")
    if after:
        _disk(pen, 480, 500, 126, 44, "#8C938A")
        for x in range(400, 561, 40):
            _line(pen, "#5F665F", 8, (x, 480), (x, 520))
    else:
        _disk(pen, 480, 512, 128, 40, "#23282B")
        _cone(pen, 700, 520)


def _lamp(pen: Pen, after: bool) -> None:
    _street(pen, "#5B6E80" if not after else "#6D8092")
    _box(pen, 0, 120, WIDTH, 240, "#4D5A63")
    for x in range(60, WIDTH, 180):
        _box(pen, x, 165, 90, 110, "#F0D48A" if after and x % 360 == 60 else "#3F4A52", 4)
    _box(pen, 0, 400, WIDTH, 240, "#4A5156")
    if after:
        _disk(pen, 580, 520, 300, 92, "#8A8468")
        _disk(pen, 580, 520, 190, 54, "#B5A976")
    _line(pen, "#2E363B", 14, (400, 420), (400, 120), (420, 110), (560, 110))
    _box(pen, 520, 108, 120, 34, "#FFE9A8" if after else "#2E363B", 14)


def _pothole(pen: Pen, after: bool) -> None:
    _lane(pen)
    if after:
        _box(pen, 340, 440, 300, 130, "#7E8487", 12)
        return
    _shape(pen, "#5F6568", (330, 500), (400, 446), (520, 456), (640, 480), (630, 550), (500, 580), (380, 560))
    _shape(pen, WATER, (400, 512), (480, 486), (570, 506), (560, 544), (450, 552))
    _cone(pen, 740, 540)


def _corridor(pen: Pen, after: bool) -> None:
    _hall(pen)
    if after:
        _line(pen, GREEN, 8, (690, 240), (690, 330))
        _box(pen, 660, 180, 60, 60, GREEN, 6)
        return
    for x, y, width, height, fill in (
        (90, 430, 190, 150, RUST),
        (120, 320, 140, 110, WOOD),
        (690, 440, 180, 130, "#8C938A"),
    ):
        _box(pen, x, y, width, height, fill, 6)
        _line(pen, WALL, 6, (x, y + height // 2), (x + width, y + height // 2))
    _bike(pen, 410, 560, BLUE)


def _river(pen: Pen, after: bool) -> None:
    _bank(pen)
    _tree(pen, 140, 350)
    for x, y in ((260, 520), (620, 470), (760, 580), (420, 600)):
        _line(pen, "#A9C6D3", 6, (x, y), (x + 90, y - 6))
    if not after:
        for x, y, rx in ((380, 470, 90), (520, 520, 120), (700, 450, 80), (300, 560, 70)):
            _disk(pen, x, y, rx, 26, MUD)
        for x, y, fill in ((420, 452, WHITE), (560, 500, ORANGE), (690, 438, BLUE), (330, 548, WHITE)):
            _box(pen, x, y, 46, 16, fill, 8)


def _bikes(pen: Pen, after: bool) -> None:
    _lane(pen)
    if after:
        for x in (150, 330, 510, 690):
            _bike(pen, x, 372, AMBER)
        return
    for x, y in ((120, 480), (300, 430), (430, 550), (610, 460), (720, 570)):
        _bike(pen, x, y, AMBER)
    _shape(pen, INK, (220, 590), (380, 570), (384, 582), (224, 602))


def _cars(pen: Pen, after: bool) -> None:
    _lane(pen)
    for x in (90, 460):
        _line(pen, WHITE, 8, (x, 600), (x, 470), (x + 340, 470), (x + 340, 600))
    if after:
        _car(pen, 470, 490, "#7F98AC")
    else:
        _car(pen, 60, 330, "#9B5F53")
        _car(pen, 430, 320, "#7F98AC")
        _line(pen, AMBER, 10, (0, 420), (960, 420))


def _stall(pen: Pen, after: bool) -> None:
    _street(pen)
    for x in (120, 420, 700):
        _box(pen, x, 150, 170, 40, BLUE, 4)
        _box(pen, x + 20, 200, 130, 160, "#B9C4C9", 4)
    if after:
        _line(pen, AMBER, 8, (0, 380), (960, 380))
        return
    for x, fill in ((160, ORANGE), (470, AMBER)):
        _shape(pen, fill, (x - 30, 300), (x + 230, 300), (x + 200, 250), (x, 250))
        _line(pen, INK, 6, (x - 10, 300), (x - 10, 450))
        _line(pen, INK, 6, (x + 210, 300), (x + 210, 450))
        _box(pen, x - 20, 390, 240, 60, WOOD, 4)
        for dx in range(10, 200, 38):
            _disk(pen, x + dx, 385, 18, 16, RUST if dx % 76 else LEAF)


def _adverts(pen: Pen, after: bool) -> None:
    _box(pen, 0, 0, WIDTH, HEIGHT, WALL)
    for y in range(40, 560, 64):
        for x in range(-60 if y % 128 else 0, WIDTH, 130):
            _box(pen, x, y, 122, 56, "#DEDFD8", 2)
    _box(pen, 0, 560, WIDTH, 80, KERB)
    _box(pen, 700, 0, 60, 560, "#B4B8B4")
    if after:
        _box(pen, 180, 180, 300, 190, "#E4E5DF", 6)
        return
    for x, y, fill in (
        (150, 150, WHITE),
        (310, 210, AMBER),
        (200, 330, "#D7E3EA"),
        (440, 140, "#E8C9B5"),
        (706, 220, WHITE),
    ):
        _box(pen, x, y, 130 if x < 700 else 48, 100, fill, 2)
        for line in range(3):
            _box(pen, x + 10, y + 20 + 26 * line, 28 if x > 700 else 90, 9, INK)


def _fallen(pen: Pen, after: bool) -> None:
    _lane(pen)
    _tree(pen, 140, 370)
    if after:
        _disk(pen, 640, 372, 46, 16, WOOD)
        return
    _line(pen, WOOD, 30, (820, 380), (420, 520))
    for x, y in ((400, 520), (320, 560), (420, 590), (470, 470)):
        _disk(pen, x, y, 86, 58, GREEN)
    _cone(pen, 160, 580)


def _smoke(pen: Pen, after: bool) -> None:
    _box(pen, 0, 0, WIDTH, HEIGHT, SKY)
    _shape(pen, "#B7C6B4", (0, 300), (300, 180), (560, 290), (960, 200), (960, 420), (0, 420))
    _box(pen, 0, 400, WIDTH, 240, "#C8B982")
    for x in range(0, WIDTH, 80):
        _line(pen, "#B5A56C", 6, (x, 640), (x + 60, 410))
    if after:
        _disk(pen, 500, 520, 130, 34, "#8F8460")
        return
    for x, y, r in ((500, 420, 70), (560, 340, 90), (630, 240, 110), (720, 130, 130)):
        _disk(pen, x, y, r, r - 14, "#A7ABAB")
    _disk(pen, 500, 520, 150, 40, "#6A5F43")
    _shape(pen, ORANGE, (430, 520), (470, 430), (500, 490), (530, 410), (575, 520))
    _shape(pen, AMBER, (465, 520), (490, 470), (510, 505), (530, 465), (548, 520))


def _anywhere(pen: Pen, after: bool) -> None:
    _lane(pen)
    _tree(pen, 180, 370)
    _tree(pen, 800, 370)
    if not after:
        _box(pen, 380, 420, 220, 60, ORANGE, 6)
        for x in range(400, 590, 60):
            _shape(pen, WHITE, (x, 480), (x + 26, 480), (x + 56, 420), (x + 30, 420))
        _line(pen, INK, 8, (410, 480), (410, 530))
        _line(pen, INK, 8, (570, 480), (570, 530))


SCENES: Mapping[str, Scene] = {
    "refuse": _refuse,
    "manhole": _manhole,
    "lamp": _lamp,
    "pothole": _pothole,
    "corridor": _corridor,
    "river": _river,
    "bikes": _bikes,
    "cars": _cars,
    "stall": _stall,
    "adverts": _adverts,
    "fallen": _fallen,
    "smoke": _smoke,
    "anywhere": _anywhere,
}
SHOWN: Mapping[str, str] = {
    "refuse": "C02 C03 C04 C05 C07 C14 C24 D12 D13 E10 E13",
    "manhole": "D01 D06 H08",
    "lamp": "D02 D09 D03",
    "pothole": "C15 D07 D08 D10 I03",
    "corridor": "B02 B04 B05 B06 B08 B15 G05",
    "river": "B22 E01 E02 E03 E08 E09 H02 H03",
    "bikes": "B03 C20",
    "cars": "B01 B18 B19 C08 C19",
    "stall": "C16 C17 C18 C21 B20",
    "adverts": "C09 C10 C11",
    "fallen": "D14 H05 H04 E12",
    "smoke": "C06 E04 E05 H01 H07",
}
SCENE_OF = {code: scene for scene, codes in SHOWN.items() for code in codes.split()}

# 示 and 意 in strokes on a square of 24: no font may be assumed
SHI = ("5,4 19,4", "3,10 21,10", "12,10 12,21 9,19", "7,14 4,19", "17,14 20,19")
YI = (
    "12,1 12,3", "5,3 19,3", "9,4 10,7", "15,4 14,7", "3,8 21,8", "7,10 17,10 17,15 7,15 7,10", "7,12 17,12",
    "4,18 3,22", "8,17 8,21 10,22 16,22 16,20", "12,16 13,19", "19,17 21,21",
)  # fmt: skip


def _mark(pen: Pen) -> None:
    _box(pen, WIDTH - 112, HEIGHT - 60, 96, 44, "#2B3338", 8)
    for strokes, left in ((SHI, WIDTH - 100), (YI, WIDTH - 58)):
        for stroke in strokes:
            pairs = [tuple(map(int, pair.split(","))) for pair in stroke.split()]
            _line(pen, WHITE, 2, *((left + int(x * 1.25), HEIGHT - 53 + int(y * 1.25)) for x, y in pairs))


def drawn(scene: str, kind: EvidenceKind) -> BytesIO:
    """Return the picture of a scene, before or after, as a JPEG file."""
    image = Image.new("RGB", (WIDTH * TWICE, HEIGHT * TWICE))
    pen = ImageDraw.Draw(image)
    SCENES[scene](pen, kind is EvidenceKind.AFTER)
    _mark(pen)
    file = BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.BOX).save(file, "JPEG", quality=QUALITY)
    file.seek(0)
    return file


class Album:
    """The pictures as they are kept: each is drawn and kept when it is first shown."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._kept: dict[tuple[str, EvidenceKind], Evidence] = {}

    def of(self, template: str, kind: EvidenceKind) -> Evidence:
        """Return the picture that stands for a photo of such a matter."""
        key = SCENE_OF.get(template, "anywhere"), kind
        if key not in self._kept:
            self._kept[key] = keep(drawn(*key), subject=SUBJECT, kind=EvidenceKind.OTHER, by=SYSTEM, now=self._now)
        return self._kept[key]
