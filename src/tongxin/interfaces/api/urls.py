"""The API's addresses."""

from django.urls import include, path, re_path

from tongxin.interfaces.api import health
from tongxin.interfaces.api.v1.api import api, nothing_here

urlpatterns = [
    path("healthz", health.healthz),
    path("metrics", health.metrics),
    path("api/v1/", api.urls),
    path("api/open311/", include("tongxin.interfaces.api.open311.urls")),
    path("api/intake/", include("tongxin.interfaces.api.intake.urls")),
    re_path(r"^api/", nothing_here),
]
