"""What a listener tells of itself, and the small door at which it does: /healthz and /metrics, this machine only."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
MESSAGES = Counter("tongxin_listener_messages", "Messages by what became of them", ("outcome",), registry=REGISTRY)
BATCHES = Histogram(
    "tongxin_listener_batch", "Messages a batch", buckets=(1, 10, 50, 100, 200, 350, 500), registry=REGISTRY
)
WAITING = Gauge("tongxin_listener_waiting", "Messages here and not yet taken in", registry=REGISTRY)
LAG = Gauge("tongxin_listener_lag_seconds", "Age of the newest message of the last batch", registry=REGISTRY)
CONNECTED = Gauge("tongxin_listener_connected", "Whether the broker is there", registry=REGISTRY)


def health() -> dict[str, object]:
    """Return how the listener is."""
    outcomes = {
        sample.labels["outcome"]: int(sample.value)
        for metric in MESSAGES.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    }
    is_there = CONNECTED._value.get() == 1
    return {
        "status": "ok" if is_there else "unavailable",
        "broker": "ok" if is_there else "unavailable",
        "waiting": int(WAITING._value.get()),
        "lag_seconds": round(LAG._value.get(), 1),
        "messages": outcomes,
    }


class _Door(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/healthz":
            told = health()
            self._answer(200 if told["status"] == "ok" else 503, "application/json", json.dumps(told).encode())
        elif self.path == "/metrics":
            self._answer(200, CONTENT_TYPE_LATEST, generate_latest(REGISTRY))
        else:
            self._answer(404, "text/plain", b"")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: whoever asks every few seconds is no news."""


def open_door(port: int) -> ThreadingHTTPServer:
    """Answer on this machine's port until shut down."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
