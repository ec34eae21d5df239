"""The addresses of this door, all under /api/open311/: discovery, and two endpoints of the same shape.

Clients put addresses together by hand, so slashes may be doubled anywhere.
"""

from django.urls import URLPattern, re_path

from tongxin.interfaces.api.open311 import discovery, media, reading, reporting, services, updates
from tongxin.interfaces.api.open311.door import nowhere, view

FORM = r"\.(?P<form>xml|json)/*$"
BASE = r"^[/]*(?:(?P<stage>test)/+)?v2/+"


def _at(path: str, **methods: object) -> URLPattern:
    return re_path(rf"{BASE}{path}{FORM}", view(**methods))  # type: ignore[arg-type]


urlpatterns = [
    re_path(rf"^[/]*(?:(?:(?P<stage>test)/+)?v2/+)?discovery{FORM}", view(get=discovery.discovery)),
    _at("services", get=services.services),
    _at(r"services/+(?P<code>[^/]{1,40}?)", get=services.definition),
    _at("requests", get=reading.requests, post=reporting.report),
    _at(r"requests/+(?P<number>[^/]{1,60}?)", get=reading.one),
    _at("servicerequestupdates", get=updates.updates, post=updates.tell),
    _at(r"tokens/+(?P<token>[^/]{1,60}?)", get=reading.token),
    re_path(r"^[/]*v2/+media/+(?P<token>[A-Za-z0-9:_-]{1,200})\.jpg$", view(get=media.fetch), {"form": "xml"}),
    re_path("", nowhere),
]
