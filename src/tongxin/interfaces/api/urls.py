"""The API's addresses."""

from django.urls import path, re_path

from tongxin.interfaces.api import health
from tongxin.interfaces.api.v1.api import api, nothing_here

urlpatterns = [
    path("healthz", health.healthz),
    path("metrics", health.metrics),
    path("api/v1/", api.urls),
    re_path(r"^api/", nothing_here),
]
