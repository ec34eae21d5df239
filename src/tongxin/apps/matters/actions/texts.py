"""Standard texts and macros: a unit's own by who leads it, the city's by who keeps its rules."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.matters import texts
from tongxin.apps.matters.actions.light import leads
from tongxin.apps.matters.models import Macro, StandardText
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, Act, CloseKind, Ground, State
from tongxin.rules.overlays.tables import BY_ACT
from tongxin.rules.permissions import Actor, Permission, duty_for, require

TITLE_LIMIT, CODE_LIMIT = 40, 8
COLUMNS = ("template", "act", "state", "title", "text", "title_en", "text_en")  # of a text in the catalog
# what a macro may fill in, and how each is read: photos, units and other matters are told one by one
DETAILS: Mapping[str, Any] = {
    "reason": str,
    "reply": str,
    "route": str,
    "ground": Ground,
    "close_as": CloseKind,
}


@transaction.atomic
def write_text(
    *, text_id: int | None, unit_id: int | None, changes: Mapping[str, Any], by: Actor, now: datetime
) -> StandardText:
    """Write a ready text, a new one (None) or one that stands. Raises NotAllowed, Missing, Invalid."""
    post = _equips(by, unit_id)
    row = _standing(StandardText, text_id, unit_id)
    for name in (*COLUMNS, "is_active", "position"):
        if name in changes:
            setattr(row, name, changes[name])
    _check_text(row)

    row.save()

    record("text.write", f"text:{row.pk}", by=by, at=now, post_id=post, act=row.act, template=row.template)
    return row


@transaction.atomic
def drop_text(*, text_id: int, unit_id: int | None, by: Actor, now: datetime) -> None:
    """Remove a ready text. Raises NotAllowed, Missing."""
    post = _equips(by, unit_id)
    row = _standing(StandardText, text_id, unit_id)

    record("text.drop", f"text:{row.pk}", by=by, at=now, post_id=post)
    row.delete()


@transaction.atomic
def write_macro(
    *, macro_id: int | None, unit_id: int | None, name: str, act: str, details: Mapping[str, str], by: Actor,
    now: datetime,
) -> Macro:  # fmt: skip
    """Write a macro: one act with its form filled in, under a name. Raises NotAllowed, Missing, Invalid."""
    post = _equips(by, unit_id)
    row = _standing(Macro, macro_id, unit_id)
    row.name, row.act = " ".join(name.split())[:TITLE_LIMIT], act
    row.details = _checked_details(details)
    if not row.name:
        raise Invalid("text.no_title")
    if act not in set(Act):
        raise Invalid("text.no_act")

    row.save()

    record("macro.write", f"macro:{row.pk}", by=by, at=now, post_id=post, act=act)
    transaction.on_commit(texts.forget)
    return row


@transaction.atomic
def drop_macro(*, macro_id: int, unit_id: int | None, by: Actor, now: datetime) -> None:
    """Remove a macro. Raises NotAllowed, Missing."""
    post = _equips(by, unit_id)
    row = _standing(Macro, macro_id, unit_id)

    record("macro.drop", f"macro:{row.pk}", by=by, at=now, post_id=post)
    transaction.on_commit(texts.forget)
    row.delete()


@transaction.atomic
def load_texts(folder: Path, *, by: Actor, now: datetime) -> int:
    """Write the texts of a catalog's folder by their codes; return how many came or changed. Raises Invalid.

    What a city wrote by hand stays, and a text of the catalog that was switched off stays off. No file: nothing to do.
    """
    require(by, Permission.EDIT_RULES)
    changed = [text for text in _loaded(folder / "texts.json") if text is not None]

    StandardText.objects.bulk_create([text for text in changed if not text.pk])
    StandardText.objects.bulk_update([text for text in changed if text.pk], [*COLUMNS, "position"])

    if changed:
        record("text.load", "texts", by=by, at=now, many=len(changed))
    return len(changed)


def _loaded(file: Path) -> Iterator[StandardText | None]:
    """Yield each text of the file as a row, None where it stands so already."""
    if not file.is_file():
        return
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["texts"]
        told = [(str(row["code"]), {name: str(row.get(name, "")) for name in COLUMNS}) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise Invalid("catalog.unreadable", file=file.name) from wrong
    known = {row.code: row for row in StandardText.objects.select_for_update().filter(code__isnull=False)}
    for position, (code, columns) in enumerate(told, start=1):
        text = known.get(code) or StandardText(code=code)
        before = [getattr(text, name) for name in (*COLUMNS, "position")]
        for name, value in (columns | {"position": position * 10}).items():
            setattr(text, name, value)
        _check_text(text)
        is_same = text.pk and before == [getattr(text, name) for name in (*COLUMNS, "position")]
        yield None if is_same else text


def _equips(by: Actor, unit_id: int | None) -> int | None:
    """Return the post by which somebody writes for this unit, or (None) for the city. Raises NotAllowed."""
    if unit_id is not None:
        return leads(by, unit_id).post_id
    require(by, Permission.EDIT_RULES)
    duty = duty_for(by, Permission.EDIT_RULES)
    return duty.post_id if duty else None


def _standing(model: Any, id_: int | None, unit_id: int | None) -> Any:
    if id_ is None:
        return model(unit_id=unit_id)
    row = model.objects.select_for_update().filter(pk=id_, unit_id=unit_id).first()
    if row is None:
        raise Missing("text.missing")
    return row


def _check_text(row: StandardText) -> None:
    row.title, row.text = " ".join(row.title.split())[:TITLE_LIMIT], row.text.strip()
    row.title_en, row.text_en = row.title_en.strip()[: 2 * TITLE_LIMIT], row.text_en.strip()
    row.template = row.template.strip().upper()[:CODE_LIMIT]
    if not row.title:
        raise Invalid("text.no_title")
    if not row.text:
        raise Invalid("text.empty")
    for text in (row.text, row.text_en):
        if len(text) > TEXT_LIMIT:
            raise Invalid("report.too_long", field="text", limit=TEXT_LIMIT, found=len(text))
    if row.act and row.act not in set(Act) and row.act not in BY_ACT:
        raise Invalid("text.no_act")
    if row.state and row.state not in set(State):
        raise Invalid("text.no_act")


def _checked_details(details: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name, text in details.items():
        if name not in DETAILS or not text.strip():
            continue
        if len(text) > TEXT_LIMIT:
            raise Invalid("report.too_long", field=name, limit=TEXT_LIMIT, found=len(text))
        if DETAILS[name] is not str and text not in set(DETAILS[name]):
            raise Invalid("text.no_act")
        found[name] = text.strip()
    return found
