"""The addresses of this door, all under /api/open311/: discovery, and two endpoints of the same shape.

Clients put addresses together by hand, so slashes may be doubled anywhere.
"""

from django.urls import URLPattern, re_path

from tongxin.interfaces.api.open311 import described, media
from tongxin.interfaces.api.open311.door import nowhere, view
from tongxin.interfaces.api.open311.routes import PART, ROUTES, Route

FORM = r"\.(?P<form>xml|json)/*$"
BASE = r"^[/]*(?:(?P<stage>test)/+)?v2/+"
ANYWHERE = r"^[/]*(?:(?:(?P<stage>test)/+)?v2/+)?"  # where discovery is found


def _at(route: Route) -> URLPattern:
    path = PART.sub(r"(?P<\1>[^/\0]{1,60}?)", route.path.replace("/", "/+"))
    base = ANYWHERE if route.path == "discovery" else BASE
    return re_path(rf"{base}{path}{FORM}", view(get=route.get, post=route.post))


urlpatterns = [
    re_path(r"^[/]*v2/+openapi\.json$", described.openapi),
    *map(_at, ROUTES),
    re_path(r"^[/]*v2/+media/+(?P<token>[A-Za-z0-9:_-]{1,200})\.jpg$", view(get=media.fetch), {"form": "xml"}),
    re_path("", nowhere),
]
