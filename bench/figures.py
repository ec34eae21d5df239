"""A figure: what was measured, beside what, against which budget; and how figures are shown and kept."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).resolve().parent / "results"

# Measured on this kind of machine (2 cores) with 100,000 signals, or published (design.md §7).
SIGNALEN_CREATE = 23.0  # a second
SIGNALEN_STATUS = 21.0
SIGNALEN_LIST = 6.2  # its faster list page of 50
DIGIT_LIFE, DIGIT_LIFE_AT_1M = 37.0, 6.3  # eGov DIGIT on 16 cores

QUIET, BUSY = "quiet enough", "busy with other work, so rates are lower bounds; ratios suffer less"


@dataclass(frozen=True)
class Figure:
    """One line of the table. `ratio` is figure to peer; `met` is None where no budget stands."""

    what: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    ratio: float | None = None
    budget: str = ""
    met: bool | None = None
    facts: dict[str, object] = field(default_factory=dict)


def beside(
    what: str, value: float, unit: str, peer: str, peer_value: float, *, at_least: float, **facts: object
) -> Figure:
    """Return a figure whose ratio to its peer has a lower bound."""
    ratio = value / peer_value
    return Figure(what, value, unit, peer, peer_value, ratio, f"≥ {at_least:g} ×", ratio >= at_least, facts)


def at_least(what: str, value: float, unit: str, bound: float, **facts: object) -> Figure:
    return Figure(what, value, unit, budget=f"≥ {bound:g}", met=value >= bound, facts=facts)


def at_most(what: str, value: float, unit: str, bound: float, **facts: object) -> Figure:
    return Figure(what, value, unit, budget=f"≤ {bound:g}", met=value <= bound, facts=facts)


def middle(values: Iterable[float]) -> float:
    """Return the median of several runs: the machine is not ours alone."""
    return median(values)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def show(found: dict[str, list[Figure]], out: Console) -> None:
    """Print one table over all benches."""
    table = Table("what", "figure", "beside", "ratio", "budget", "met", title="Tongxin bench", title_justify="left")
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    table.caption = f"{os.cpu_count()} cores, {busy:.1f} runnable processes to a core: {BUSY if busy > 1.5 else QUIET}"
    for column in (1, 3):
        table.columns[column].justify = "right"
    for name, figures in found.items():
        table.add_section()
        for each in figures:
            peer = f"{each.peer} {_text(each.peer_value)}".strip() if each.peer else ""
            table.add_row(
                f"[dim]{name}[/dim] {each.what}",
                f"{_text(each.value)} {each.unit}",
                peer,
                "" if each.ratio is None else f"{each.ratio:.2f}",
                each.budget,
                {True: "[green]yes[/green]", False: "[red]no[/red]", None: ""}[each.met],
            )
    out.print(table)


def _text(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def keep(name: str, figures: list[Figure], seconds: float) -> None:
    """Write the figures of one bench to bench/results: facts of this machine, never committed."""
    RESULTS.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    told = {
        "bench": name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "load_average": os.getloadavg(),
        "machine": machine,
        "figures": [asdict(each) for each in figures],
    }
    (RESULTS / f"{name}.json").write_text(
        json.dumps(told, ensure_ascii=False, indent=2, default=vars) + "\n", encoding="utf-8"
    )
