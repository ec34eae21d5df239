"""Drive a running API: reports, acts, lists over kept-alive connections, from a few threads, in bounded time.

    python bench/api_load.py --url http://127.0.0.1:8123 --key tx_… [--what report|act|list] [--threads 8] [--seconds 5]

Prints one JSON object: rate a second, p50 and p99 in milliseconds, how often each status was answered. `act` reports
matters first (not timed), then takes one step on each: the key must be allowed to accept them.
"""

import argparse
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

MOST_SECONDS, MOST_THREADS, MOST_REQUESTS = 60, 32, 100_000
BATCH = 500


class Caller:
    """One kept-alive connection."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def __call__(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        data = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        self._connection.request(method, f"/api/v1{path}", data, self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def a_report(n: int, lon: float, lat: float) -> dict[str, object]:
    return {
        "template": "C02",
        "text": f"菜场东门垃圾箱旁边堆了好多垃圾，纸箱也没人收。第 {n} 件。",
        "lon": lon,
        "lat": lat,
        "contact": {"name": "王女士", "phone": "13812346027"},
    }


def drive(one: Callable[[Caller, int], int], callers: list[Caller], seconds: float, most: int) -> dict[str, object]:
    """Let all callers ask until the time or the work is over; return rate, percentiles, statuses."""
    spent: list[float] = []
    statuses: Counter[int] = Counter()
    turn, lock = iter(range(most)), threading.Lock()
    end = time.perf_counter() + seconds

    def run(caller: Caller) -> None:
        own, seen = [], Counter()
        while time.perf_counter() < end:
            with lock:
                n = next(turn, None)
            if n is None:
                break
            started = time.perf_counter()
            seen[one(caller, n)] += 1
            own.append(time.perf_counter() - started)
        with lock:
            spent.extend(own)
            statuses.update(seen)

    threads = [threading.Thread(target=run, args=(caller,)) for caller in callers]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - started
    spent.sort()
    return {
        "requests": len(spent),
        "rate": round(len(spent) / wall, 1),
        "p50_ms": round(1000 * spent[len(spent) // 2], 2) if spent else None,
        "p99_ms": round(1000 * spent[int(len(spent) * 0.99)], 2) if spent else None,
        "statuses": dict(statuses),
    }


def numbers_of(caller: Caller, many: int, lon: float, lat: float) -> list[str]:
    """Report that many matters in lists and return their numbers."""
    numbers: list[str] = []
    while len(numbers) < many:
        status, told = caller(
            "POST", "/matters", [a_report(n, lon, lat) for n in range(min(BATCH, many - len(numbers)))]
        )
        if status != 201:
            raise SystemExit(f"{status}: {told[:400].decode()}")
        numbers += [row["matter"]["number"] for row in json.loads(told)]
    return numbers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--key", required=True)
    parser.add_argument("--what", choices=("report", "act", "list"), default="report")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--requests", type=int, default=5_000, help="at most so many")
    parser.add_argument("--point", default="118.865,28.945", help="lon,lat of the reports")
    asked = parser.parse_args()
    lon, lat = map(float, asked.point.split(","))
    seconds, most = min(asked.seconds, MOST_SECONDS), min(asked.requests, MOST_REQUESTS)
    callers = [Caller(asked.url, asked.key) for _ in range(min(asked.threads, MOST_THREADS))]
    for caller in callers:
        caller("GET", "/acts")
    numbers = numbers_of(callers[0], most, lon, lat) if asked.what == "act" else []
    ways: dict[str, Callable[[Caller, int], int]] = {
        "report": lambda caller, n: caller("POST", "/matters", a_report(n, lon, lat))[0],
        "act": lambda caller, n: caller("POST", f"/matters/{numbers[n]}/acts/accept", {})[0],
        "list": lambda caller, n: caller("GET", "/matters?state=awaiting_acceptance&limit=50")[0],
    }
    told = drive(ways[asked.what], callers, seconds, most)
    print(json.dumps({"what": asked.what, "threads": len(callers), **told}))


if __name__ == "__main__":
    main()
