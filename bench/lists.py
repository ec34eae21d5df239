"""Pages of lists, HTML, 50 rows, narrowed by scope and state: with a hundred thousand matters and with a million."""

import re
from collections.abc import Mapping

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import houses, load
from bench.figures import SIGNALEN_LIST, Figure, at_least, at_most, beside, middle, quantile
from bench.full_houses import standing

ROUNDS = 3
ROW = re.compile(r"/m/[A-Z0-9]+-\d+/peek")
BUDGET, STATEMENTS, GROWTH = 300, 6, 1.3
PAGES = {  # who looks at what
    "town dispatcher's queue": ("dispatcher", "/q/handling/"),
    "unit handler's queue": ("handler", "/q/handling/"),
    "city leader's list of all": ("leader", "/m/"),
    "city leader's list of one state": ("leader", "/m/?state=handling"),
}


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Measure each page on both databases, turn by turn."""
    many = sizes["pages"]
    measured: dict[str, dict[int, list[tuple[float, float, float]]]] = {name: {} for name in PAGES}
    told: dict[str, tuple[int, int]] = {}
    with standing(sizes["small"]):
        small_requests = _requests()
        with houses.served() as small, standing(sizes["big"]):
            told = {name: _one_page(*page) for name, page in PAGES.items()}
            big_requests = _requests()
            with houses.served() as big:
                servers = {sizes["small"]: (small, small_requests), sizes["big"]: (big, big_requests)}
                for round_ in range(ROUNDS + 1):
                    for size, (server, requests) in servers.items():
                        for name, asked in requests.items():
                            figures = _round(server, asked, many if round_ else many // 4)
                            if round_:  # the first one warms
                                measured[name].setdefault(size, []).append(figures)
    return [figure for name in PAGES for figure in _figures(name, measured[name], told[name], sizes)]


def _requests() -> dict[str, bytes]:
    return {name: load.request("GET", path, Cookie=houses.session(who)) for name, (who, path) in PAGES.items()}


def _round(server: houses.Served, asked: bytes, many: int) -> tuple[float, float, float]:
    """Return pages a second with eight asking, and with one asking the median and the slowest hundredth in ms."""
    together = load.send(load.Load(server.port, 8, [[asked]] * many))
    alone = load.send(load.Load(server.port, 1, [[asked]] * (many // 2)))
    return together.rate, quantile(alone.milliseconds, 0.5), quantile(alone.milliseconds, 0.99)


def _one_page(who: str, path: str) -> tuple[int, int]:
    """Return how many statements the page takes once the process is warm, and how many rows it shows."""
    client = Client()
    client.force_login(houses.queries.account_of(who), backend="allauth.account.auth_backends.AuthenticationBackend")
    counts = []
    for _ in range(4):  # the first reads what is then remembered for some seconds
        with CaptureQueriesContext(connection) as caught:
            page = client.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        counts.append(len(caught))
    return min(counts), len(set(ROW.findall(page.content.decode())))


def _figures(
    name: str, rounds: Mapping[int, list[tuple[float, float, float]]], told: tuple[int, int], sizes: Mapping[str, int]
) -> list[Figure]:
    small, big = rounds[sizes["small"]], rounds[sizes["big"]]
    rate_small, rate_big = (middle(each[0] for each in part) for part in (small, big))
    p99_small, p99_big = (middle(each[2] for each in part) for part in (small, big))
    p50_big = middle(each[1] for each in big)
    facts = {"small": small, "big": big, "p50_ms": p50_big, "rows_seen": told[1]}
    growth = middle(there[2] / here[2] for here, there in zip(small, big, strict=True))
    return [
        at_least(f"page: {name}, {sizes['small']:,} matters", rate_small, "/s", BUDGET),
        at_least(f"page: {name}, {sizes['big']:,}", rate_big, "/s", BUDGET, **facts),
        beside("  beside Signalen at 100,000", rate_small, "/s", "Signalen", SIGNALEN_LIST, at_least=10),
        Figure(
            f"  p99 with {sizes['big']:,} (p50 {p50_big:.1f})", p99_big, "ms", f"{sizes['small']:,}", p99_small, growth,
            f"≤ {GROWTH:g} ×", growth <= GROWTH,
        ),
        at_most("  statements", told[0], "", STATEMENTS),
    ]  # fmt: skip
