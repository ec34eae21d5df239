"""Training: from examples to a guesser, measured on the last months it did not see. Needs scikit-learn: no page does.

A gram is learnt when it stands in five matters at least, or in the catalog itself: nobody's own words come back out.
Grams that were not learnt still take their share of a text's length, so that what is unheard of is not sure of itself.
"""

import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from tongxin.apps.matters.suggesting import measuring
from tongxin.apps.matters.suggesting.examples import Example
from tongxin.apps.matters.suggesting.grams import grams
from tongxin.apps.matters.suggesting.measuring import LEAST, Report
from tongxin.apps.matters.suggesting.model import Guesser
from tongxin.rules.errors import Refused
from tongxin.rules.likeness import Bounds

FEWEST_MATTERS = 5  # a gram must stand in
MOST_GRAMS = 20_000  # the most frequent; 133 kinds of 2 bytes each: 5 MB in every process that suggests
FEWEST_EXAMPLES = 200
FORGET_EVERY = 20_000  # texts; what was seen once only is forgotten then, so that counting fits in memory
STRENGTH = (
    10.0  # C of the regression. With CATALOG_WEIGHT the best of a grid on texts in other words (docs/performance.md)
)
CATALOG_WEIGHT = 20.0  # a line of the catalog teaches as much as so many matters
ITERATIONS = 300
MONTH = timedelta(days=30)

Line = tuple[str, str]  # code, folded text


class Stage(StrEnum):
    """What training is busy with."""

    LEARN_EARLIER = "learn_earlier"
    MEASURE = "measure"
    LEARN_ALL = "learn_all"


class Trained(NamedTuple):
    guesser: Guesser
    report: Report


def train(
    examples: Sequence[Example],
    catalog: Sequence[Line],
    *,
    months_held_out: int = 1,
    saying: Callable[[Stage], None] = lambda _: None,
) -> Trained:
    """Return a guesser that knows all examples, with the figures of one that did not know the last months.

    Its bounds are those of the held-out months. Raises Refused("suggester.too_few").
    """
    if len(examples) < FEWEST_EXAMPLES:
        raise Refused("suggester.too_few", found=len(examples), wanted=FEWEST_EXAMPLES)
    last = max(example.at for example in examples)
    since = last - months_held_out * MONTH
    earlier = [example for example in examples if example.at < since]
    held_out = [example for example in examples if example.at >= since]
    if len(earlier) < FEWEST_EXAMPLES:  # too young a city to keep a month aside
        earlier, held_out = list(examples), []

    saying(Stage.LEARN_EARLIER)
    guesser = fit([(each.code, each.plain) for each in earlier], catalog) if held_out else None
    saying(Stage.MEASURE)
    learnt = {example.plain for example in earlier}
    report = measuring.measured(guesser, held_out, learnt, since=since, until=last)
    saying(Stage.LEARN_ALL)
    whole = fit([(each.code, each.plain) for each in examples], catalog, bounds=report.bounds)
    return Trained(whole, report)


def fit(matters: Sequence[Line], catalog: Sequence[Line], *, bounds: Bounds = LEAST) -> Guesser:
    """Return what a logistic regression learns of these lines."""
    words, counts = vocabulary((text for _, text in matters), (text for _, text in catalog))
    known = len(matters)
    rare = math.log((1 + known) / FEWEST_MATTERS) + 1
    idf = np.array([math.log((1 + known) / (1 + max(counts[word], FEWEST_MATTERS - 1))) + 1 for word in words])
    blank = Guesser((), {}, words, idf.astype(np.float32), rare, np.empty(0), np.empty(0), bounds)
    lines = [*matters, *catalog]
    weights = [1.0] * len(matters) + [CATALOG_WEIGHT] * len(catalog)
    regression = LogisticRegression(C=STRENGTH, max_iter=ITERATIONS)
    with warnings.catch_warnings():  # what has not settled after so many rounds is measured like the rest
        warnings.simplefilter("ignore", ConvergenceWarning)
        regression.fit(_matrix(blank, lines), [code for code, _ in lines], sample_weight=weights)
    learnt = Counter(code for code, _ in matters)
    return Guesser(
        codes=tuple(map(str, regression.classes_)),
        learnt=learnt,
        words=words,
        idf=blank.idf,
        rare=rare,
        weights=regression.coef_.T.astype(np.float16),
        offsets=regression.intercept_.astype(np.float32),
        bounds=bounds,
    )


def vocabulary(matters: Iterable[str], catalog: Iterable[str]) -> tuple[tuple[str, ...], Counter[str]]:
    """Return the grams to be learnt, in their order, and in how many matters each stands."""
    counts: Counter[str] = Counter()
    for number, text in enumerate(matters, start=1):
        counts.update(grams(text))
        if number % FORGET_EVERY == 0:
            counts = Counter({gram: many for gram, many in counts.items() if many > 1})
    own = {gram for text in catalog for gram in grams(text)}
    frequent = [gram for gram, many in counts.most_common() if many >= FEWEST_MATTERS and gram not in own]
    chosen = own.union(frequent[: max(MOST_GRAMS - len(own), 0)])
    return tuple(sorted(chosen)), counts


def _matrix(guesser: Guesser, lines: Sequence[Line]) -> sparse.csr_matrix:
    """Return the lines as rows of tf-idf, each weighed as it will be when it is asked."""
    starts, columns, values = [0], [], []
    for _, text in lines:
        found, weights = guesser.weighed(text)
        columns.append(np.array(found, dtype=np.int32))
        values.append(weights.astype(np.float32))
        starts.append(starts[-1] + len(found))
    return sparse.csr_matrix(
        (np.concatenate(values), np.concatenate(columns), np.array(starts, dtype=np.int64)),
        shape=(len(lines), len(guesser.words)),
    )
