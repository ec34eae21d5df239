"""The addresses of this door, all under /api/open311/v2/."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
