"""Meters: what /metrics tells. Routes and acts are labels; numbers, persons and places never are."""

from prometheus_client import Counter, Histogram, disable_created_metrics

disable_created_metrics()  # a line more for every line, and nobody reads it

REQUESTS = Counter("tongxin_api_requests_total", "Requests answered", ("method", "route", "status"))
SECONDS = Histogram(
    "tongxin_api_request_seconds",
    "Seconds from request to answer",
    ("route",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
MATTERS = Counter("tongxin_matters_total", "Matters reported and acts taken through the API", ("act",))

TIDINGS = Counter("tongxin_device_messages_total", "What devices told", ("way", "outcome"))
