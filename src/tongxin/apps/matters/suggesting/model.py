"""The trained guesser as it serves: which kind of matter a text tells of, how sure that is, and by which words.

Numbers of grams, no texts, in one archive of numpy's (no pickle): vocabulary, idf, weights of a logistic regression.
numpy alone, some tenths of a millisecond a text. Trained by `fitting`.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from tongxin.apps.matters.suggesting.grams import GAP, Span, grams, placed
from tongxin.rules.likeness import Bounds

SUGGESTED = 3
BESIDE = 0.2  # an alternative is told when it is at least so likely as the first
WORDS, LONGEST_WORD = 3, 8
WARM = 0.45  # of the warmest character: what is cooler says little


class Guess(NamedTuple):
    """One kind, its share of all likelihood, and where the words stand that speak for it, the strongest first."""

    code: str
    share: float
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Guesser:
    """`weights` has a row for each gram and a column for each code; `learnt` counts the matters behind each code."""

    codes: tuple[str, ...]
    learnt: Mapping[str, int]
    words: tuple[str, ...]
    idf: np.ndarray  # (grams,) float32
    rare: float  # idf of what was never learnt: it takes its share of the text, and speaks for nobody
    weights: np.ndarray  # (grams, codes) float16
    offsets: np.ndarray  # (codes,) float32
    bounds: Bounds

    @cached_property
    def positions(self) -> dict[str, int]:
        return {word: position for position, word in enumerate(self.words)}

    def shares(self, plain: str) -> np.ndarray:
        """Return how likely each code is for a folded text without names of places; they add up to 1."""
        found, values = self.weighed(plain)
        scores = self.offsets + values @ self.weights[found].astype(np.float32)
        likely = np.exp(scores - scores.max())
        return likely / likely.sum()

    def guess(self, plain: str, *, among: frozenset[str] | None = None) -> list[Guess]:
        """Return the likeliest codes with their reasons, at most three; none where the best one is not sure enough.

        What cannot say by which words it is meant is not told either.
        """
        shares = self.shares(plain)
        if among is not None:
            shares = np.where([code in among for code in self.codes], shares, 0)
        best = np.argsort(-shares)[:SUGGESTED]
        if not len(best) or shares[best[0]] < self.bounds.somewhat:
            return []
        told = [
            Guess(self.codes[one], float(shares[one]), self.reasons(plain, one))
            for one in best
            if shares[one] >= BESIDE * shares[best[0]]
        ]
        return [guess for guess in told if guess.spans]

    def reasons(self, plain: str, column: int) -> tuple[Span, ...]:
        """Return where the text says most for a code: a character is as warm as the best gram that covers it."""
        grams_at = [(text, at) for text, at in placed(plain, shortest=2) if text in self.positions]
        if not grams_at:
            return ()
        found = [self.positions[text] for text, _ in grams_at]
        speaks = self.idf[found] * self.weights[found, column].astype(np.float32)
        heat = np.zeros(len(plain))
        for (text, at), value in zip(grams_at, speaks.tolist(), strict=True):
            if value > 0:
                heat[at : at + len(text)] = np.maximum(heat[at : at + len(text)], value)
        return warmest(plain, heat)

    @cached_property
    def telling(self) -> dict[str, float]:
        """How much each gram tells (its idf); what is not in here tells as much as the rare."""
        return dict(zip(self.words, self.idf.tolist(), strict=True))

    def weighed(self, plain: str) -> tuple[list[int], np.ndarray]:
        """Return the known grams and their tf-idf; the unknown ones take their part of the length, which is 1."""
        distinct = grams(plain)
        positions = self.positions
        found = [positions[gram] for gram in distinct if gram in positions]
        values = self.idf[found]
        length = np.sqrt(values @ values + (len(distinct) - len(found)) * self.rare**2)
        return found, values / (length or 1)

    # --- as bytes ----------------------------------------------------------------------------------------

    def archived(self) -> bytes:
        """Return the guesser as a numpy archive."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            codes=np.array(self.codes),
            learnt=np.array([self.learnt.get(code, 0) for code in self.codes], dtype=np.int64),
            words=np.frombuffer("\n".join(self.words).encode(), dtype=np.uint8),
            idf=self.idf.astype(np.float32),
            rare=np.array(self.rare),
            weights=self.weights.astype(np.float16),
            offsets=self.offsets.astype(np.float32),
            bounds=np.array(self.bounds),
        )
        return file.getvalue()

    @classmethod
    def of(cls, archive: bytes) -> "Guesser":
        """Return the guesser an archive holds. Raises ValueError where it holds none."""
        with np.load(io.BytesIO(archive), allow_pickle=False) as held:
            kept: dict[str, Any] = {name: held[name] for name in held.files}
        codes = tuple(kept["codes"].tolist())
        text = kept["words"].tobytes().decode()
        return cls(
            codes=codes,
            learnt=dict(zip(codes, kept["learnt"].tolist(), strict=True)),
            words=tuple(text.split("\n")) if text else (),
            idf=kept["idf"],
            rare=float(kept["rare"]),
            weights=kept["weights"],
            offsets=kept["offsets"],
            bounds=Bounds(*kept["bounds"].tolist()),
        )


def warmest(plain: str, heat: np.ndarray) -> tuple[Span, ...]:
    """Return the runs of warm characters, the warmest first, none longer than a short phrase."""
    least = WARM * heat.max()
    if least <= 0:
        return ()
    runs: list[Span] = []
    for at in np.flatnonzero(heat >= least).tolist():
        if plain[at] == GAP:
            continue
        if runs and runs[-1][1] == at and at - runs[-1][0] < LONGEST_WORD:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    told = [run for run in runs if run[1] - run[0] > 1]
    return tuple(sorted(told, key=lambda run: -heat[run[0] : run[1]].sum())[:WORDS])


def marked(text: str, spans: Sequence[Span]) -> tuple[str, ...]:
    """Return the words at these places of the text, each once."""
    return tuple(dict.fromkeys(text[start:end] for start, end in spans))
