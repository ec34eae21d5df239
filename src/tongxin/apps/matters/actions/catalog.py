"""The city's rules as data: loading the catalog of templates and routing, and changing one of them.

A changed template is a new version; running matters keep theirs.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from jsonschema import Draft202012Validator, SchemaError

from tongxin.apps.journal.entries import record
from tongxin.apps.matters import kinds
from tongxin.apps.matters.kinds import LEVELS
from tongxin.apps.matters.models import RoutingRule, Template
from tongxin.apps.people.actions import pinyin_of
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.permissions import Actor, Permission, require
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import Limit

MATCHED = ("templates", "levels", "urgencies", "channels", "areas", "village_kinds")
COLUMNS = (
    "name",
    "name_en",
    "keywords",
    "standard_class",
    "level",
    "urgency",
    "limit",
    "extra_limits",
    "unit_kinds",
    "transfer_to",
    "may_settle",
    "is_sealed",
    "before_photos",
    "after_photos",
    "form",
    "filing_condition",
    "closing_condition",
    "filing_condition_en",
    "closing_condition_en",
    "samples",
)


class Loaded(NamedTuple):
    """How many templates and rules a load wrote; what stood already and is the same is not written again."""

    templates: int
    rules: int


@transaction.atomic
def load_catalog(folder: Path, *, by: Actor, now: datetime) -> Loaded:
    """Load `templates.json` and `routing.json` of a folder. Raises Invalid, naming the entry that is wrong."""
    require(by, Permission.EDIT_RULES)
    templates = [_checked(row) for row in _read(folder / "templates.json")["templates"]]
    rules = [_checked_rule(row) for row in _read(folder / "routing.json")["rules"]]

    current = {row.code: row for row in Template.objects.select_for_update().filter(is_current=True)}
    changed = [row for row in templates if _differs(current.get(row["code"]), row)]
    for row in changed:
        _publish(row, current.get(row["code"]), now)
    written = _replace_rules(rules)

    record("catalog.load", "catalog", by=by, at=now, templates=[row["code"] for row in changed], rules=written)
    kinds.forget()
    return Loaded(len(changed), written)


@transaction.atomic
def publish_template(*, code: str, changes: Mapping[str, Any], by: Actor, now: datetime) -> Template:
    """Publish the next version of a template with these columns changed. Raises Missing, Invalid."""
    require(by, Permission.EDIT_RULES)
    current = Template.objects.select_for_update().filter(code=code, is_current=True).first()
    if current is None:
        raise Missing("template.unknown", template=code[:20])
    row = {"code": code} | {name: getattr(current, name) for name in COLUMNS}
    row = _checked(row | {name: value for name, value in changes.items() if name in COLUMNS})
    if not _differs(current, row):
        return current

    published = _publish(row, current, now)

    record("template.publish", f"template:{code}", by=by, at=now, version=published.version)
    kinds.forget()
    return published


@transaction.atomic
def change_rule(
    *, code: str, position: int, match: Mapping[str, Any], target: Mapping[str, str], why: str, is_active: bool,
    by: Actor, now: datetime,
) -> RoutingRule:  # fmt: skip
    """Write a routing rule, new or known by its code. Raises Invalid."""
    require(by, Permission.EDIT_RULES)
    checked = _checked_rule({"code": code, "match": match, "target": target, "why": why, "why_en": ""})

    rule, _ = RoutingRule.objects.update_or_create(
        code=checked["code"], defaults={**checked, "position": position, "is_active": is_active}
    )

    record("routing.change", f"routing:{rule.pk}", by=by, at=now, rule=rule.code, is_active=is_active)
    kinds.forget()
    return rule


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as wrong:
        raise Invalid("catalog.unreadable", file=file.name) from wrong


def _checked(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a template. Raises Invalid where one of them would stop a matter later."""
    code = str(row.get("code", ""))
    try:
        columns = {name: row[name] for name in COLUMNS}
        Limit.parse(columns["limit"])
        Urgency(columns["urgency"])
        LEVELS[columns["level"]]
        for kind in columns["unit_kinds"]:
            UnitKind(kind)
        Draft202012Validator.check_schema(columns["form"])
    except (KeyError, ValueError, SchemaError) as wrong:
        raise Invalid("template.invalid", template=code, what=str(wrong)[:80]) from wrong
    if not code or not str(columns["name"]).strip():
        raise Invalid("template.invalid", template=code, what="name")
    return {"code": code, **columns}


def _checked_rule(row: Mapping[str, Any]) -> dict[str, Any]:
    code = str(row.get("code", "")).strip()
    try:
        match = {name: [str(value) for value in row["match"][name]] for name in MATCHED if row["match"].get(name)}
        target = {"kind": UnitKind(row["target"]["kind"]).value, "level": row["target"]["level"]}
        LEVELS[target["level"]]
    except (KeyError, TypeError, ValueError) as wrong:
        raise Invalid("routing.invalid", rule=code, what=str(wrong)[:80]) from wrong
    if not code or len(code) > 12:
        raise Invalid("routing.invalid", rule=code, what="code")
    return {"code": code, "match": match, "target": target, "why": row["why"], "why_en": row.get("why_en", "")}


def _differs(known: Template | None, row: Mapping[str, Any]) -> bool:
    return known is None or any(getattr(known, name) != row[name] for name in COLUMNS)


def _publish(row: Mapping[str, Any], known: Template | None, now: datetime) -> Template:
    version = 1
    if known is not None:
        Template.objects.filter(pk=known.pk).update(is_current=False)
        version = known.version + 1
    return Template.objects.create(**row, version=version, pinyin=pinyin_of(row["name"]), published_at=now)


def _replace_rules(rules: list[dict[str, Any]]) -> int:
    columns = ("code", "match", "target", "why", "why_en")
    known = [dict(zip(columns, row, strict=True)) for row in RoutingRule.objects.values_list(*columns)]
    if known == rules:
        return 0
    RoutingRule.objects.all().delete()
    RoutingRule.objects.bulk_create(RoutingRule(**row, position=10 * (n + 1)) for n, row in enumerate(rules))
    return len(rules)
