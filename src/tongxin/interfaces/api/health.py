"""Is the house well? For load balancers and monitoring, without a key."""

import os

from django.conf import settings
from django.db import connection
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from tongxin.rules.errors import Missing

LOOPBACK = frozenset({"127.0.0.1", "::1", ""})  # the empty address: a Unix socket


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Tell whether this process answers and reaches its database; nothing more is said to strangers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        connection.close()
        return JsonResponse({"status": "unavailable", "database": "unavailable"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the meters in Prometheus' text form: to this machine only, or to all where METRICS_OPEN says so.

    With several processes, PROMETHEUS_MULTIPROC_DIR names the folder in which they add up.
    """
    is_near = request.META.get("REMOTE_ADDR", "") in LOOPBACK and "HTTP_X_FORWARDED_FOR" not in request.META
    if not (is_near or getattr(settings, "METRICS_OPEN", False)):
        raise Missing("path.missing", path="/metrics")
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
