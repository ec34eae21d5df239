"""Searching two Chinese characters among a million matters, by the query that lists and API use."""

import random
import time
from collections import Counter
from collections.abc import Mapping

from django.utils import timezone

from bench import houses
from bench.figures import Figure, at_most, quantile
from bench.full_houses import standing
from tongxin.apps.matters import queries
from tongxin.apps.matters.models import Report
from tongxin.apps.matters.queries import Filters
from tongxin.rules.matching import words_of

P50, P99 = 5.0, 60.0  # milliseconds
WORDS, TIMES = 60, 3


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Measure words frequent and rare, by a dispatcher of one town, a leader of the city, a unit's handler."""
    figures = []
    with standing(sizes["big"]):
        words = _words()
        for who in ("dispatcher", "leader", "handler"):
            by, now, times, found = houses.actor(who), timezone.now(), {}, {}
            for word in words * TIMES:
                begun = time.perf_counter()
                page = queries.worklist(by, Filters(words=word), now)
                times.setdefault(word, []).append((time.perf_counter() - begun) * 1000)
                found[word] = len(page.rows)
            spent = [sorted(each)[TIMES // 2] for each in times.values()]
            slowest = sorted(((max(each), word, found[word]) for word, each in times.items()), reverse=True)[:5]
            what = f"search two characters in {sizes['big']:,}, {who}"
            figures += [
                at_most(f"{what}, p50", quantile(spent, 0.5), "ms", P50),
                at_most(f"{what}, p99", quantile(spent, 0.99), "ms", P99, slowest=slowest),
            ]
    return figures


def _words() -> list[str]:
    """Return pairs of characters from texts and places: a third of them frequent, a third middling, a third rare."""
    told = Report.objects.order_by("matter_id").values_list("text", "matter__place")[:20_000]
    counted = Counter(word for texts in told for word in words_of(*texts) if len(word) == 2 and word >= "\u3400")
    ordered = [word for word, _ in counted.most_common()]
    third = len(ordered) // 3
    rng = random.Random(3)
    return [word for n in range(3) for word in rng.sample(ordered[n * third : (n + 1) * third], WORDS // 3)]
