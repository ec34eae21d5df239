"""What an import came to: every row accounted for, verdicts compared, and what was rejected in a file of its own."""

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self, TextIO

from django.db.models import Count

from tongxin.apps.matters.models import Matter
from tongxin.interfaces.console.importing.tables import as_text
from tongxin.interfaces.console.importing.translation import Row
from tongxin.interfaces.console.importing.writing import Answered
from tongxin.rules import deadlines
from tongxin.rules.area_codes import How
from tongxin.rules.deadlines import Verdict
from tongxin.rules.errors import Refused

LISTED = 200
REASONS = ("行号 line", "代码 code", "原因 reason")


class Disagreement(NamedTuple):
    """A row whose deadline we judge other than its source did."""

    line: int
    key: str
    ours: Verdict
    theirs: Verdict


@dataclass(slots=True)
class Outcome:
    """The figures of an import; `read` is always `imported + known + rejected`."""

    read: int = 0
    imported: int = 0
    known: int = 0
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    agreeing: int = 0
    disagreeing: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)

    def count(self, answered: Iterable[Answered]) -> list[tuple[Row, Refused]]:
        """Add rows that were answered; return those that were rejected."""
        rejected = []
        for row, answer in answered:
            self.read += 1
            if isinstance(answer, Refused):
                self.rejected += 1
                self.reasons[answer.code] = self.reasons.get(answer.code, 0) + 1
                rejected.append((row, answer))
                continue
            if answer.is_new:
                self.imported += 1
            else:
                self.known += 1
            self._judge(row)
        return rejected

    def _judge(self, row: Row) -> None:
        past = row.told.past  # type: ignore[union-attr]
        if row.theirs is None or past is None or past.due_at is None or past.closed_at is None:
            return
        ours = deadlines.verdict(past.due_at, past.closed_at)
        if ours is row.theirs:
            self.agreeing += 1
            return
        self.disagreeing += 1
        if len(self.disagreements) < LISTED:
            key = row.told.source_key or ""  # type: ignore[union-attr]
            self.disagreements.append(Disagreement(row.line, key, ours, row.theirs))


def located(source: str) -> dict[str, int]:
    """Return how the matters of a source were located: inside, on_edge, overlap, nearest, given. One statement."""
    found = dict(Matter.objects.filter(source=source).values_list("located").annotate(Count("id")).order_by("located"))
    return {how.value: found[how.value] for how in How if how.value in found}


class Rejects:
    """The file of rejected rows, begun with the first of them: reason beside the original columns, for Excel."""

    def __init__(self, path: Path, header: Sequence[str], sentence: Callable[[Refused], str]) -> None:
        self.path = path
        self._header = header
        self._sentence = sentence
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, rejected: Iterable[tuple[Row, Refused]]) -> None:
        """Append rows with their reasons."""
        for row, refusal in rejected:
            cells = [as_text(cell) for cell in row.cells]
            self._writer().writerow([row.line, refusal.code, self._sentence(refusal), *cells])
        if self._file is not None:
            self._file.flush()

    def _writer(self) -> Any:
        if self._file is None:
            # what was rejected may name people: for its owner's eyes only
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = open(handle, "w", encoding="utf-8-sig", newline="")  # noqa: SIM115 - closed on leaving
            csv.writer(self._file).writerow([*REASONS, *self._header])
        return csv.writer(self._file)
