"""The message catalogue: what pages and code say in English, and its Chinese in `locale/zh_Hans`."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings

HEADER = "# The Chinese of Tongxin 同心. `tongxin messages` keeps it in step with the sources."
# headers that change with every run or name nobody
UNSTABLE = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Report-Msgid-Bugs-To|Language-Team).*\n',
    re.M,
)
LAZY = {"gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}
KEYWORDS = DEFAULT_KEYWORDS | LAZY
TRANSLATE = re.compile(r"""\{%\s*translate\s+"([^"]+)"\s*%\}""")


def po_file() -> Path:
    """Return where the Chinese stands."""
    return Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.po"


def extracted() -> Catalog:
    """Gather every message of pages and code."""
    with (Path(settings.ROOT) / "babel.cfg").open(encoding="utf-8") as rules:
        methods, options = parse_mapping_cfg(rules)  # type: ignore[no-untyped-call]
    found = Catalog(project="tongxin", charset="utf-8")
    source = Path(settings.SOURCE)
    for file, _line, message, _comments, context in extract_from_dir(source, methods, options, KEYWORDS):
        found.add(message, None, [(str(Path("src/tongxin") / file), 0)], context=context)
    return found


def kept() -> Catalog:
    """Read the catalogue as it stands."""
    if not po_file().is_file():
        return Catalog(locale="zh_Hans", project="tongxin", charset="utf-8")
    return read_po(BytesIO(po_file().read_bytes()), locale="zh_Hans", charset="utf-8")


def update() -> Catalog:
    """Bring the catalogue up to the sources: new messages in, gone ones out, nothing guessed. Returns it."""
    catalog = kept()
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy, catalog.header_comment = False, HEADER
    written = BytesIO()
    write_po(written, catalog, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)
    po_file().parent.mkdir(parents=True, exist_ok=True)
    po_file().write_text(UNSTABLE.sub("", written.getvalue().decode()), encoding="utf-8")
    return catalog


def compile_catalog() -> int:
    """Write the .mo beside the .po. Returns how many messages it holds."""
    catalog = kept()
    compiled = BytesIO()
    write_mo(compiled, catalog)
    mo = po_file().with_suffix(".mo")
    if not mo.is_file() or mo.read_bytes() != compiled.getvalue():
        mo.write_bytes(compiled.getvalue())
    return len(catalog)


def untranslated(catalog: Catalog) -> list[str]:
    """Return the messages without Chinese, or with one that somebody should look at again."""
    missing = []
    for message in catalog:
        words = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and (message.fuzzy or not all(words)):
            missing.append(message.id[0] if isinstance(message.id, tuple | list) else message.id)
    return missing


def django_words(
    fileobj: Any, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Extract `{% translate "…" %}` of the few Django templates (a Babel extraction method)."""
    for number, line in enumerate(fileobj.read().decode().splitlines(), 1):
        for message in TRANSLATE.findall(line):
            yield number, "gettext", message, []
