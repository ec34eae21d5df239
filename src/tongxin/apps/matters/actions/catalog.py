"""The city's rules as data: a fresh city loads its catalog; a city that stands gets what differs as a proposal.

A changed template is a new version, a changed book a new edition; running matters keep theirs.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from jsonschema import Draft202012Validator, SchemaError

from tongxin.apps.journal.entries import record
from tongxin.apps.matters import kinds
from tongxin.apps.matters.actions.texts import load_texts
from tongxin.apps.matters.drafting import CATALOG
from tongxin.apps.matters.models import RoutingRule, Template
from tongxin.apps.people.actions import pinyin_of
from tongxin.rules.errors import Invalid
from tongxin.rules.permissions import Actor, Permission, require
from tongxin.rules.rulesets import COLUMNS, Row, routing_row, template_columns


class Loaded(NamedTuple):
    """How many templates and rules a load wrote into an empty city."""

    templates: int
    rules: int


@transaction.atomic
def load_catalog(folder: Path, *, by: Actor, now: datetime) -> Loaded:
    """Load `templates.json`, `routing.json` and `texts.json` of a folder into a city that has no rules yet.

    Raises Invalid, naming the entry that is wrong, and where the city has rules: those change by a proposal.
    """
    require(by, Permission.EDIT_RULES)
    templates, rules = read_catalog(folder)
    if Template.objects.exists():
        raise Invalid("catalog.stands")

    for code, columns in templates.items():
        publish(code, columns, now)
    replace_rules(rules)
    load_texts(folder, by=by, now=now)

    record("catalog.load", CATALOG, by=by, at=now, templates=list(templates), rules=len(rules))
    kinds.forget()
    return Loaded(len(templates), len(rules))


def read_catalog(folder: Path) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """Return the templates by code and the routing rules of a folder. Raises Invalid, naming what is wrong."""
    templates: dict[str, dict[str, Any]] = {}
    for row in _read(folder / "templates.json", "templates"):
        code = str(row.get("code", ""))
        templates[code] = _whole(code, row)
    return templates, [routing_row(row) for row in _read(folder / "routing.json", "rules")]


def catalog_draft(folder: Path) -> dict[str, Any]:
    """Return the whole catalog of a folder as a draft; what is the same falls out when it is read. Raises Invalid."""
    templates, rules = read_catalog(folder)
    return {"templates": templates, "routing": rules}


def publish(code: str, columns: Row, now: datetime) -> Template:
    """Write the next version of a template, or its first. `columns` are what changes, of a new one all.

    The caller holds the catalog (`hold`), has read the columns and records.
    """
    known = Template.objects.filter(code=code, is_current=True).first()
    row = {name: getattr(known, name) for name in COLUMNS} | dict(columns) if known else dict(columns)
    Template.objects.filter(code=code, is_current=True).update(is_current=False)
    version = (
        Template.objects.filter(code=code).order_by("-version").values_list("version", flat=True).first() or 0
    ) + 1
    return Template.objects.create(code=code, **row, version=version, pinyin=pinyin_of(row["name"]), published_at=now)


def replace_rules(rules: Sequence[Row]) -> None:
    """Write the whole routing table, in this order. The caller holds the catalog and records."""
    RoutingRule.objects.all().delete()
    RoutingRule.objects.bulk_create(RoutingRule(**row, position=10 * (n + 1)) for n, row in enumerate(rules))


def hold() -> None:
    """Let nobody else change rules until the transaction ends."""
    list(Template.objects.select_for_update().filter(is_current=True).order_by("code").values_list("pk"))


def _read(file: Path, name: str) -> list[Mapping[str, Any]]:
    try:
        return list(json.loads(file.read_text(encoding="utf-8"))[name])
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as wrong:
        raise Invalid("catalog.unreadable", file=file.name) from wrong


def _whole(code: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return all columns of a template. Raises Invalid where one is missing or would stop a matter later."""
    if absent := [name for name in COLUMNS if name not in row]:
        raise Invalid("template.invalid", template=code[:20], what=absent[0])
    columns = template_columns(code, {name: row[name] for name in COLUMNS})
    try:
        Draft202012Validator.check_schema(columns["form"])
    except SchemaError as wrong:
        raise Invalid("template.invalid", template=code, what=wrong.message[:80]) from wrong
    return columns
