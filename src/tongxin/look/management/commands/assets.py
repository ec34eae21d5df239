"""`tongxin assets`: build the icon sprite, copy the browser parts beside our own static files, and pack them all."""

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tongxin.look import icons

BUILT = Path(icons.__file__).parent / "static" / "look" / "built"
PARTS = (
    "maplibre-gl/dist/maplibre-gl.css",
    "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "echarts/dist/echarts.min.js",
)
# icon("send") · icon_name="send" · icon="send" · "icon": "send"
# what says so, must exist; in the doors any literal that names an icon is taken for one, as tables name them too
NAMED = re.compile(r"""\bicon(?:_name)?(?:\(|=|["']:\s*)\s*["']([a-z0-9-]+)["']""")
LITERAL = re.compile(r"""["']([a-z0-9-]+)["']""")
SOURCE_MAP = re.compile(rb"^(?://# sourceMappingURL=.*|/\*# sourceMappingURL=.*\*/)$", re.MULTILINE)
DRAWN = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
PACKED = frozenset({".css", ".js", ".mjs", ".svg"})
WORTH_IT = 1024  # bytes from which packing saves a packet
BLANK = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


class Command(BaseCommand):
    requires_system_checks: ClassVar[list[str]] = []
    help = "Build the icon sprite and copy maps and charts into the static files. Run `npm ci` before."

    def handle(self, *args: Any, **options: Any) -> None:
        parts = Path(settings.ROOT) / "node_modules"
        if not (parts / "@tabler" / "icons").is_dir():
            raise CommandError(f"{parts} has no icons. Run `npm ci --ignore-scripts` in {settings.ROOT} first.")
        BUILT.mkdir(exist_ok=True)
        source = Path(settings.SOURCE)
        names = sorted({*names_in_use(source), *names_in_tables(source / "interfaces", parts)})
        _write(BUILT / "sprite.svg", sprite(names, parts).encode())
        for part in PARTS:
            _write(BUILT / Path(part).name, SOURCE_MAP.sub(b"", (parts / part).read_bytes()))
        pack_all(source)
        self.stdout.write(f"{len(names)} icons, {len(PARTS)} parts in {BUILT}")


def names_in_use(source: Path) -> list[str]:
    """Return every icon named as one in pages and code, sorted: the tables of `icons`, and what an `icon` is given."""
    tables: Iterable[dict[str, str]] = (icons.LAMPS, icons.NOTES, icons.ACTS, icons.OVERLAYS, icons.OVERLAY_ACTS)
    names = {name for table in tables for name in table.values()}
    for file in _readable(source):
        names.update(NAMED.findall(file.read_text(encoding="utf-8")))
    return sorted(names)


def names_in_tables(source: Path, parts: Path) -> set[str]:
    """Return the icons that the doors' tables name, such as those of a navigation."""
    found = {name for file in source.rglob("*.py") for name in LITERAL.findall(file.read_text(encoding="utf-8"))}
    return {name for name in found if _file(name, parts).is_file()}


def sprite(names: Iterable[str], parts: Path) -> str:
    """Draw the sprite: one symbol a name. Raises CommandError naming the icons that do not exist."""
    files = {name: _file(name, parts) for name in names}
    if unknown := [name for name, file in files.items() if not file.is_file()]:
        raise CommandError(f"No such icon in Tabler's set: {', '.join(unknown)}")
    symbols = "".join(_symbol(name, file.read_text(encoding="utf-8")) for name, file in files.items())
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'


def _readable(source: Path) -> Iterator[Path]:
    for pattern in ("**/*.py", "**/jinja2/**/*.html"):
        yield from source.glob(pattern)


def _file(name: str, parts: Path) -> Path:
    folder = "filled" if name.endswith("-filled") else "outline"
    return parts / "@tabler" / "icons" / "icons" / folder / f"{name.removesuffix('-filled')}.svg"


def _symbol(name: str, text: str) -> str:
    paint = (
        'fill="currentColor" stroke="none"'
        if name.endswith("-filled")
        else 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    )
    drawn = DRAWN.search(text)
    assert drawn, f"{name} is no drawing"
    paths = re.sub(r"\s*\n\s*", "", BLANK.sub("", drawn[1])).strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24" {paint}>{paths}</symbol>'


def _write(file: Path, content: bytes) -> None:
    """Write only what changed, so that nothing downstream is rebuilt for nothing."""
    if not file.is_file() or file.read_bytes() != content:
        file.write_bytes(content)


def pack_all(source: Path) -> None:
    """Pack every static file of the house that is worth it."""
    for file in source.glob("**/static/**/*"):
        if file.suffix in PACKED and file.stat().st_size >= WORTH_IT:
            pack(file)


def pack(file: Path) -> None:
    """Lay the same beside a file, packed, unless it lies there: whitenoise sends it to who takes it."""
    packed, content = file.with_name(f"{file.name}.gz"), file.read_bytes()
    if not packed.is_file() or gzip.decompress(packed.read_bytes()) != content:
        packed.write_bytes(gzip.compress(content, mtime=0))
