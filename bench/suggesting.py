"""Suggestions: how good, how sure, how fast, how large. Three looks, from kind to hard:

- the simulated city's last month, held out: told in the same sentences as the months before, so nearly perfect;
- the other sentence: each template has two sample sentences; learnt from matters that use the one, asked for the other;
- other words: bench/suggesting_texts.csv, a sentence for each template, written by hand without looking at the samples,
  and twenty that are nobody's matter and must be left alone. Short and clear ones: people ramble more.
"""

import csv
import math
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path
from random import Random

import numpy as np
from django.core.management import call_command
from django.utils import timezone

from bench import houses
from bench.figures import Figure, at_most, quantile
from tongxin.apps.matters.actions.training import keep_suggester
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.suggesting import examples, keywords, queries
from tongxin.apps.matters.suggesting.examples import Example
from tongxin.apps.matters.suggesting.fitting import Trained, fit, train
from tongxin.apps.matters.suggesting.gazetteer import gazetteer
from tongxin.apps.matters.suggesting.grams import folded
from tongxin.apps.matters.suggesting.likeness import Comparison, Other, Told, candidates
from tongxin.apps.matters.suggesting.measuring import step_at
from tongxin.apps.matters.suggesting.model import Guesser
from tongxin.rules.permissions import SYSTEM

TEXTS = Path(__file__).with_name("suggesting_texts.csv")
BUDGET_MS = 5.0
ASKED = 500
METRE = 1 / 111_195  # degrees of latitude
MB = 1_048_576
MEMORY = """
import django, psutil
django.setup()
from tongxin.apps.areas.locator import locator
from tongxin.apps.matters import kinds
from tongxin.apps.matters.suggesting import queries, serving
from tongxin.apps.areas.queries import names
from tongxin.apps.people.queries import offices
names(), locator(), kinds.current(), kinds.routing(), offices()
before = psutil.Process().memory_info().rss
queries.suggest(__import__("tongxin.rules.permissions", fromlist=["SYSTEM"]).SYSTEM, "路灯不亮", 118.87, 28.94,
    __import__("django.utils.timezone", fromlist=["now"]).now())
serving.current().guesser.telling
print(psutil.Process().memory_info().rss - before)
"""


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Simulate a city, train on it, measure."""
    with houses.house("suggesting"):
        call_command("simulate", matters=sizes["told"], seed=1, stdout=StringIO())
        return measured()


def measured() -> list[Figure]:
    """Measure the city of the database in use; trains a suggester in it."""
    found = examples.read()
    begun = time.perf_counter()
    trained = train(found, examples.told_by_the_catalog())
    seconds = time.perf_counter() - begun
    archive = keep_suggester(*trained, by=SYSTEM, now=timezone.now())
    figures = [
        Figure(f"training on {len(found):,} matters, twice, and measuring", seconds, "s"),
        Figure("archive in the database", len(bytes(archive.content)) / MB, "MB"),
        Figure("memory of a process that serves it, more", _memory(), "MB"),
        *_held_out(trained),
        *_other_sentence(found),
        *_other_words(trained.guesser),
        *_duplicates(trained.guesser),
        *_milliseconds(trained.guesser),
    ]
    return figures


def _held_out(trained: Trained) -> list[Figure]:
    report = trained.report
    facts = {"rows": report.rows, "repeated": report.repeated, "fresh": report.fresh, "curve": report.curve}
    return [
        Figure("held-out month, simulated: first right", 100 * (report.top1 or 0), "%", facts=facts),
        Figure("— among three", 100 * (report.top3 or 0), "%"),
        Figure("— by the catalog's keywords alone: first right", 100 * (report.by_keywords or (0, 0))[0], "%"),
        Figure("— — among three", 100 * (report.by_keywords or (0, 0))[1], "%"),
    ]


def _other_sentence(found: Sequence[Example]) -> list[Figure]:
    """Learn from matters told by one sample sentence of each template, ask for those told by the other."""
    halves: tuple[list[Example], list[Example]] = [], []
    samples = {kind.code: [folded(text) for text in kind.samples] for kind in keywords.known()}
    for example in found:
        which = [number for number, sample in enumerate(samples[example.code]) if sample.strip() in example.plain]
        if len(which) == 1 and which[0] < 2:
            halves[which[0]].append(example)
    plain = [(kind.code, folded(text)) for kind in keywords.known() for text in (kind.name, *kind.keywords)]
    guesser = fit([(each.code, each.plain) for each in halves[0]], plain)
    return _figures("other sentence", guesser, [(each.plain, each.code) for each in halves[1]])


def _other_words(guesser: Guesser) -> list[Figure]:
    with TEXTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = [(folded(row["text"]), row["template"]) for row in rows if row["template"]]
    nobodys = [folded(row["text"]) for row in rows if not row["template"]]
    spoken = [[each.kind.code for each in keywords.guess(plain)] for plain, _ in told]
    alone = sum(codes[:1] == [code] for codes, (_, code) in zip(spoken, told, strict=True))
    return [
        *_figures("other words", guesser, told),
        Figure("— by the catalog's keywords alone: first right", 100 * alone / len(told), "%"),
        Figure(f"— {len(nobodys)} texts that are no matter: suggested for", sum(map(_is_told(guesser), nobodys)), ""),
    ]


def _figures(name: str, guesser: Guesser, told: Sequence[tuple[str, str]]) -> list[Figure]:
    shares = np.array([guesser.shares(plain) for plain, _ in told])
    best = np.argsort(-shares, axis=1)[:, :3]
    hits = np.array(guesser.codes)[best] == np.array([code for _, code in told])[:, None]
    sure = shares[np.arange(len(best)), best[:, 0]]
    curve = [step_at(share, sure, hits[:, 0]) for share in (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)]
    shown = step_at(guesser.bounds.somewhat, sure, hits[:, 0])
    return [
        Figure(f"{name}: first right", 100 * hits[:, 0].mean(), "%", facts={"texts": len(told), "curve": curve}),
        Figure("— among three", 100 * hits.any(axis=1).mean(), "%"),
        Figure("— sure enough to be shown", 100 * shown.coverage, "%"),
        Figure("— of these, first right", 100 * (shown.precision or 0), "%"),
    ]


def _is_told(guesser: Guesser) -> Callable[[str], bool]:
    return lambda plain: bool(guesser.guess(plain))


def _duplicates(guesser: Guesser) -> list[Figure]:
    """Lay a matter told by a sample beside each hand-written text, among what the busy town really holds there."""
    now, rng = timezone.now(), Random(7)
    actor = houses.actor("operator")
    town = houses.city.HOME_TOWN
    busy = list(
        Matter.objects.filter(area__startswith=town, lon__isnull=False, reported_at__gt=now - timedelta(days=7))
        .order_by("id")
        .values_list("lon", "lat")
    )
    samples = {kind.code: kind.samples for kind in keywords.known()}
    with TEXTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if samples.get(row["template"])]
    first = shown = around = others_shown = 0
    for row in rows:
        lon, lat = rng.choice(busy)
        told = Told(row["text"], "", "", lon, lat)
        near = candidates(actor, told, now - timedelta(days=7))
        at = now - timedelta(hours=rng.uniform(1, 100))
        away = rng.uniform(0, 80) * METRE
        planted = Other(
            -1, "planted", "", "", row["template"], "handling", town, lon, lat + away, at, None,
            rng.choice(samples[row["template"]]),
        )  # fmt: skip
        found = Comparison(told, [*near, planted], guesser).duplicates(now)
        around += len(near)
        first += bool(found) and found[0].matter.id == -1
        shown += any(each.matter.id == -1 for each in found)
        others_shown += sum(each.matter.id != -1 for each in found)
    facts = {"texts": len(rows), "compared": around / len(rows), "others_shown": others_shown / len(rows)}
    return [
        Figure("the same matter in other words, within 80 m: found first", 100 * first / len(rows), "%", facts=facts),
        Figure("— found at all", 100 * shown / len(rows), "%"),
        Figure("— others shown beside it, of those within 300 m and a week", others_shown / max(around, 1) * 100, "%"),
    ]


def _milliseconds(guesser: Guesser) -> list[Figure]:
    actor, now = houses.actor("operator"), timezone.now()
    found = Matter.objects.filter(lon__isnull=False, report__isnull=False).order_by("-reported_at")
    rows = list(found.values_list("report__text", "lon", "lat")[:ASKED])
    spans = gazetteer().spans
    plain = [examples.content(text, spans(text)) for text, _, _ in rows]
    kinds_ms = _each(guesser.guess, plain)
    whole_ms = _each(lambda row: queries.suggest(actor, *row, now), rows)
    return [
        at_most("kinds of a text with their reasons, p50", quantile(kinds_ms, 0.5), "ms", BUDGET_MS),
        at_most("— p99", quantile(kinds_ms, 0.99), "ms", BUDGET_MS),
        at_most("all of a suggestion (one statement, neighbors), p50", quantile(whole_ms, 0.5), "ms", BUDGET_MS),
        Figure("— p99", quantile(whole_ms, 0.99), "ms"),
    ]


def _each(act: Callable[..., object], rows: Sequence[object]) -> list[float]:
    for row in rows[:20]:
        act(row)
    spent = []
    for row in rows:
        tries = []
        for _ in range(3):  # the best of three: the machine is not ours alone
            begun = time.perf_counter()
            act(row)
            tries.append(1e3 * (time.perf_counter() - begun))
        spent.append(min(tries))
    return spent


def _memory() -> float:
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    return math.ceil(int(done.stdout.split()[-1]) / MB * 10) / 10
