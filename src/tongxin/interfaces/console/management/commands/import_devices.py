"""`tongxin import_devices FILE`: the device ledger from CSV or XLSX; run again, only what changed is changed."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from tongxin import words
from tongxin.apps.devices import actions
from tongxin.apps.devices.actions.ledger import Described
from tongxin.apps.people.models import Unit
from tongxin.interfaces.console.importing import tables
from tongxin.interfaces.console.importing.tables import Record, Table
from tongxin.rules.devices import DeviceKind
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.permissions import SYSTEM

CHUNK, SHOWN = 2_000, 20
COLUMNS = {  # our name: how its column may be called
    "code": ("编码", "设备编码", "code"),
    "kind": ("类别", "设备类别", "kind"),
    "owner": ("权属单位", "owner"),
    "lon": ("经度", "lon"),
    "lat": ("纬度", "lat"),
    "place": ("位置", "安装位置", "place"),
    "model": ("型号", "model"),
    "heartbeat": ("心跳分钟", "heartbeat_minutes"),
}
OPTIONAL = frozenset({"model", "heartbeat"})
KINDS = {words.label(kind): kind.value for kind in DeviceKind}


class Command(BaseCommand):
    help = "导入设备台账（CSV、XLSX）/ Import the device ledger. 表头见 docs/operations.md"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV（UTF-8、GB18030）或 XLSX")
        parser.add_argument("--dry-run", action="store_true", help="只核对，什么也不写入 / look only, write nothing")

    def handle(self, *, file: Path, dry_run: bool, **_: Any) -> None:
        try:
            with transaction.atomic():
                counted, rejected = _enter(tables.opened(file))
                transaction.set_rollback(dry_run)
        except Refused as refusal:
            self.stdout.write(f"未导入，什么也没有写入：{words.say(refusal)}")
            sys.exit(1)
        done = "试导入（没有写入）" if dry_run else "已导入"
        told = (
            f"新登记 {counted['new']:,}，修改 {counted['changed']:,}，不变 {counted['same']:,}，未收 {len(rejected):,}"
        )
        self.stdout.write(f"{done}：{told}")
        for line, refusal in rejected[:SHOWN]:
            self.stdout.write(f"  第 {line} 行：{words.say(refusal)}")


def _enter(table: Table) -> tuple[Counter[str], list[tuple[int, Refused]]]:
    """Enter all rows, a chunk at a time; return how many were new, changed or as before, and why others were not."""
    places = _places(table.header)
    owners = {**dict(Unit.objects.values_list("name", "id")), **dict(Unit.objects.values_list("code", "id"))}
    counted: Counter[str] = Counter()
    rejected: list[tuple[int, Refused]] = []
    for chunk in _chunks(table):
        read: list[tuple[int, Described]] = []
        for record in chunk:
            try:
                read.append((record.line, _described(record, places, owners)))
            except Refused as refusal:
                rejected.append((record.line, refusal))
        answers = actions.enter_many([each for _, each in read], by=SYSTEM, now=timezone.now())
        for (line, _), answer in zip(read, answers, strict=True):
            if isinstance(answer, Refused):
                rejected.append((line, answer))
            else:
                counted["new" if answer.is_new else "changed" if answer.is_changed else "same"] += 1
    return counted, rejected


def _chunks(table: Table) -> Iterator[list[Record]]:
    chunk: list[Record] = []
    for record in table.records():
        chunk.append(record)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _places(header: Sequence[str]) -> dict[str, int]:
    """Return where each column stands. Raises Invalid where one is missing."""
    found = {name: header.index(each) for name, called in COLUMNS.items() for each in called if each in header}
    for name in COLUMNS:
        if name not in found and name not in OPTIONAL:
            raise Invalid("mapping.column", column=COLUMNS[name][0], found="、".join(header)[:200])
    return found


def _described(record: Record, places: Mapping[str, int], owners: Mapping[str, int]) -> Described:
    cells = [tables.as_text(cell).strip() for cell in record.cells]
    told = {name: cells[at] if at < len(cells) else "" for name, at in places.items()}
    beat = told.get("heartbeat", "")
    return Described(
        told["code"],
        KINDS.get(told["kind"], told["kind"]),
        owners.get(told["owner"], 0),
        _number(told["lon"], "经度"),
        _number(told["lat"], "纬度"),
        told["place"],
        told.get("model", ""),
        int(_number(beat, "心跳分钟")) if beat else None,
    )


def _number(text: str, field: str) -> float:
    try:
        return float(text)
    except ValueError as wrong:
        raise Invalid("import.number", field=field, value=text[:40]) from wrong
