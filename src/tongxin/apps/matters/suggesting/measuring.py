"""How good the guesser is, told honestly: on months it never saw, with how often it keeps silent and where it errs.

Codes and numbers only: a report holds no word of anybody.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from tongxin.apps.matters.suggesting import keywords
from tongxin.apps.matters.suggesting.examples import Example
from tongxin.apps.matters.suggesting.model import SUGGESTED, Guesser
from tongxin.rules.likeness import Bounds

# Never below these, however good the held-out months look: a city whose texts repeat measures itself too kindly. From
# texts told in other words than any that were learnt (docs/performance.md, suggestions).
LEAST = Bounds(somewhat=0.1, rather=0.2, very=0.5)
WANTED = Bounds(somewhat=0.9, rather=0.95, very=0.98)  # of all shown from this bound on, so many are right
STEPS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
FEWEST = 30  # below, a share says nothing (ui.md §7: 样本少)
CONFUSIONS, TIMED, COMPARED = 12, 500, 2_000


class Step(NamedTuple):
    """One point of the abstain curve: shown from this share on, so much of all, so much of it right."""

    share: float
    coverage: float
    precision: float | None  # None where nothing is shown
    shown: int


class KindFigures(NamedTuple):
    """How often a kind was told in the held-out months, and found first, or among three."""

    code: str
    rows: int
    top1: int
    top3: int


@dataclass(frozen=True)
class Report:
    """The figures of one training; `rows` is 0 where no month could be held out."""

    since: str
    until: str
    rows: int
    top1: float | None
    top3: float | None
    bounds: Bounds
    shown: float | None  # the share of texts for which something is suggested
    precision: float | None  # of these, how often the first is right
    repeated: float | None  # the share of texts that stood word for word among those learnt, places and figures aside
    fresh: tuple[float, float] | None  # top-1 and top-3 of the others
    by_keywords: tuple[float, float] | None  # top-1 and top-3 of the cold start, on some of the same texts
    ms: tuple[float, float] | None  # a text, median and 99th of a hundred
    curve: tuple[Step, ...]
    kinds: tuple[KindFigures, ...]
    confusions: tuple[tuple[str, str, int], ...]  # meant, guessed, how often

    def stored(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Report":
        """Return what was stored."""
        told = dict(stored)
        told["bounds"] = Bounds(*told["bounds"])
        told["curve"] = tuple(Step(*each) for each in told["curve"])
        told["kinds"] = tuple(KindFigures(*each) for each in told["kinds"])
        told["confusions"] = tuple(tuple(each) for each in told["confusions"])
        return cls(**told)


def measured(
    guesser: Guesser | None, held_out: Sequence[Example], learnt: Set[str], *, since: datetime, until: datetime
) -> Report:
    """Return the figures of a guesser on examples it does not know; `learnt` are the texts it does."""
    span = (since.isoformat(), until.isoformat())
    if guesser is None or not held_out:
        return Report(*span, 0, None, None, LEAST, None, None, None, None, None, None, (), (), ())
    shares = np.array([guesser.shares(example.plain) for example in held_out])
    best = np.argsort(-shares, axis=1)[:, :SUGGESTED]
    codes = np.array(guesser.codes)
    meant = np.array([example.code for example in held_out])
    hits = codes[best] == meant[:, None]
    first, sure = hits[:, 0], shares[np.arange(len(best)), best[:, 0]]
    bounds = calibrated(sure, first)
    at_bound = step_at(bounds.somewhat, sure, first)
    is_fresh = np.array([example.plain not in learnt for example in held_out])
    return Report(
        *span,
        rows=len(held_out),
        top1=float(first.mean()),
        top3=float(hits.any(axis=1).mean()),
        bounds=bounds,
        shown=at_bound.coverage,
        precision=at_bound.precision,
        repeated=float(1 - is_fresh.mean()),
        fresh=(float(first[is_fresh].mean()), float(hits[is_fresh].any(axis=1).mean())) if is_fresh.any() else None,
        by_keywords=_by_keywords(held_out),
        ms=timed(guesser, [example.plain for example in held_out[:TIMED]]),
        curve=tuple(step_at(share, sure, first) for share in STEPS),
        kinds=_by_kind(meant, hits),
        confusions=_confusions(meant, codes[best[:, 0]]),
    )


def calibrated(sure: np.ndarray, is_right: np.ndarray) -> Bounds:
    """Return from which share on enough is right: `sure` are the shares of the first guesses, (texts,)."""
    order = np.argsort(-sure)
    precision = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    return Bounds(
        *(max(least, _lowest(sure[order], precision, wanted)) for least, wanted in zip(LEAST, WANTED, strict=True))
    )


def _lowest(falling: np.ndarray, precision: np.ndarray, wanted: float) -> float:
    """Return the lowest share at which enough of all above is right: 0 where all of it is, 1 where it never is."""
    enough = np.flatnonzero((precision >= wanted) & (np.arange(1, len(falling) + 1) >= FEWEST))
    if not len(enough):
        return 1.0
    return 0.0 if enough[-1] == len(falling) - 1 else float(falling[enough[-1]])


def step_at(share: float, sure: np.ndarray, is_right: np.ndarray) -> Step:
    """Return what is shown from this share on, and how much of it is right."""
    shown = sure >= share
    return Step(share, float(shown.mean()), float(is_right[shown].mean()) if shown.any() else None, int(shown.sum()))


def timed(guesser: Guesser, texts: Sequence[str]) -> tuple[float, float]:
    """Return how many milliseconds a text takes with its reasons: the median, and what 99 of 100 stay below."""
    guesser.guess(texts[0])  # the first one builds what is kept
    spent = []
    for text in texts:
        begun = time.perf_counter()
        guesser.guess(text)
        spent.append(1e3 * (time.perf_counter() - begun))
    return float(np.median(spent)), float(np.quantile(spent, 0.99))


def _by_kind(meant: np.ndarray, hits: np.ndarray) -> tuple[KindFigures, ...]:
    """Return the kinds, the weakest first."""
    found = [
        KindFigures(str(code), int(own.sum()), int(hits[own, 0].sum()), int(hits[own].any(axis=1).sum()))
        for code in np.unique(meant)
        for own in [meant == code]
    ]
    return tuple(sorted(found, key=lambda kind: (kind.top1 / kind.rows, -kind.rows, kind.code)))


def _confusions(meant: np.ndarray, guessed: np.ndarray) -> tuple[tuple[str, str, int], ...]:
    wrong = Counter((str(one), str(other)) for one, other in zip(meant, guessed, strict=True) if one != other)
    return tuple((one, other, many) for (one, other), many in wrong.most_common(CONFUSIONS))


def _by_keywords(held_out: Sequence[Example]) -> tuple[float, float]:
    """Return how the cold start does on some of the same texts, evenly spread."""
    some = held_out[:: max(len(held_out) // COMPARED, 1)]
    found = [[spoken.kind.code for spoken in keywords.guess(example.plain)] for example in some]
    first = sum(codes[:1] == [example.code] for codes, example in zip(found, some, strict=True))
    among = sum(example.code in codes for codes, example in zip(found, some, strict=True))
    return first / len(some), among / len(some)
