"""The front page of a city or a county, its notices, and the little that hangs on a brand."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongxin.apps.areas.queries import names
from tongxin.apps.publicity import queries
from tongxin.interfaces.portal import following_devices as devices
from tongxin.interfaces.portal.following import standing
from tongxin.interfaces.portal.frame import page, public
from tongxin.look.filters import is_english
from tongxin.rules.errors import Missing
from tongxin.rules.palettes import palette

YEAR = 365 * 24 * 3600
ICONS = (
    "file-certificate", "heart-handshake", "scale", "phone-call", "bus", "school", "home-heart", "users", "users-group",
    "calendar-event", "clipboard-check", "message-2", "map-2", "eye", "info-circle",
)  # fmt: skip
ON_HOME = 3  # notices and own matters shown there


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """Show what a resident comes for: report, follow, services, notices."""
    shell, now = request.shell, timezone.now()  # type: ignore[attr-defined]
    found = queries.brands().values()
    context = {
        "tab": "home",
        "now": now,
        "services": [_said(each) for each in (shell.brand.services if shell.brand else [])],
        "mine": standing(devices.own(request)[:ON_HOME], now),
        "notices": list(queries.notices(shell.area, now, ON_HOME)),
        "counties": [] if shell.slug else [each for each in found if each.area != shell.area],
        "names": names(),
    }
    return page(request, "portal/home.html", context)


@require_safe
@public
def notices(request: HttpRequest) -> HttpResponse:
    """Show every notice that stands now."""
    now = timezone.now()
    found = list(queries.notices(request.shell.area, now))  # type: ignore[attr-defined]
    return page(request, "portal/notices.html", {"tab": "notices", "now": now, "notices": found, "names": names()})


@require_safe
@public
def service(request: HttpRequest, index: int) -> HttpResponse:
    """Show how one of the frequent services is asked for."""
    brand = request.shell.brand  # type: ignore[attr-defined]
    if brand is None or index >= len(brand.services):
        raise Missing("portal.no_service")
    return page(request, "portal/service.html", {"tab": "home", "service": _said(brand.services[index])})


@require_safe
def colors(request: HttpRequest, slug: str, hue: str) -> HttpResponse:
    """Answer a brand's colors as a style sheet. The hue stands in the address: a new one is a new sheet."""
    brand = queries.brands().get(slug)
    if brand is None:
        return HttpResponse(status=404)
    shades = palette(brand.color)
    names = {"": shades.main, "-2": shades.deep, "-soft": shades.soft, "-line": shades.line}
    rules = "".join(f"--tx-brand{name}:{color};" for name, color in names.items())
    answer = HttpResponse(f":root{{{rules}}}", content_type="text/css")
    answer["Cache-Control"] = f"public, max-age={YEAR}, immutable" if brand.color == f"#{hue}" else "no-cache"
    return answer


def _said(service: dict[str, Any]) -> dict[str, str]:
    """Return a service in the reader's language, else in Chinese."""
    said = {name: service.get(name, "") for name in ("title", "note", "text", "url")}
    said["icon"] = service["icon"] if service.get("icon") in ICONS else ICONS[-1]
    if is_english():
        said |= {name: service[f"{name}_en"] for name in ("title", "note", "text") if service.get(f"{name}_en")}
    return said
