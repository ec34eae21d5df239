"""What frames every page of the residents' door: the county's brand, and refusals that become a page of their own.

No session, no account and no middleware of its own: `@public` stands before every view of this door.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page

from tongxin.apps.areas.queries import children, names
from tongxin.apps.matters import kinds
from tongxin.apps.matters.models import Matter
from tongxin.apps.publicity.models import Brand
from tongxin.apps.publicity.queries import brand_of, brands
from tongxin.look.filters import is_english, say
from tongxin.rules.errors import Missing, Refused
from tongxin.rules.lifecycles.matter import State

HOTLINE = "12345"
GENERAL = "F11"  # what a report is taken for when neither its words nor its reporter say: the desk sorts it
UNSORTED = (State.AWAITING_ACCEPTANCE, State.VERIFYING, State.AWAITING_FILING)
View = Callable[..., HttpResponse]


class Tab(NamedTuple):
    """One of the tabs at the foot of a page."""

    name: str
    label: str
    icon: str
    url: str


class Shell(NamedTuple):
    """The frame of a page: how the door is called here, the area it stands for, and where its parts are.

    `area` is a city's or a county's code, or "" where no areas are loaded. `colors_url` is "" for the usual colors.
    """

    name: str
    place: str
    area: str
    slug: str
    phone: str
    colors_url: str
    brand: Brand | None

    def url(self, name: str, *args: object) -> str:
        """Return the address of a page of this door, under the same brand."""
        return (
            reverse(f"portal:{name}-of", args=[self.slug, *args]) if self.slug else reverse(f"portal:{name}", args=args)
        )

    @property
    def tabs(self) -> tuple[Tab, ...]:
        return (
            Tab("home", _("Home"), "home", self.url("home")),
            Tab("mine", _("My matters"), "list-check", reverse("portal:mine")),
            Tab("map", _("Map of reports"), "map-2", self.url("map")),
            Tab("notices", _("Notices"), "speakerphone", self.url("notices")),
        )


def city() -> str:
    """Return the code of the area all others lie in; "" where there is none."""
    tops: tuple[Any, ...] = children(None)
    while len(tops) == 1 and len(tops[0].code) < 4:
        tops = children(tops[0].code)
    return tops[0].code if tops else ""


def shell_of(brand: Brand | None) -> Shell:
    """Return the frame of a brand; without one, that of the whole city under the product's own name."""
    area = brand.area if brand else city()
    is_whole = brand is None or brand.area == city()
    return Shell(
        name=_("Tongxin") if brand is None else (is_english() and brand.name_en) or brand.name,
        place=names().get(area, ""),
        area=area,
        slug="" if is_whole else brand.slug,  # type: ignore[union-attr]
        phone=brand.hotline if brand else HOTLINE,
        colors_url=reverse("portal:colors", args=[brand.slug, brand.color[1:]]) if brand else "",
        brand=brand,
    )


def shell_at(area: str) -> Shell:
    """Return the frame for what lies in an area: that of its county."""
    return shell_of(brand_of(area))


def kind_of(matter: Matter) -> str:
    """Return what a matter is called by its kind; of the general one, until it is sorted, both it may be."""
    if matter.template_code == GENERAL and matter.state in UNSORTED:
        return _("A question, or something not sorted yet")
    found = kinds.kind_of(matter.template_code, matter.template_version)
    return (is_english() and found.name_en) or found.name


@gzip_page  # a third of the size, on the line where it counts
def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, shell: Shell | None = None, status: int = 200
) -> HttpResponse:
    """Draw a page of this door. `shell` is that of the address, unless the page belongs to another area."""
    shell = shell or request.shell  # type: ignore[attr-defined]
    answer = render(request, template, {**context, "shell": shell}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def public(view: View) -> View:
    """Open a view to everybody: find the brand of its address, and say a refusal on a page."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, slug: str = "", **kwargs: Any) -> HttpResponse:
        request.shell = shell_at(city())  # type: ignore[attr-defined]
        try:
            if slug:
                request.shell = _shell_called(slug)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)
        except Refused as refusal:
            return refused(request, refusal)

    return answer


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Say what cannot be done and what can: a sentence where a script asked, else a page."""
    if request.headers.get("X-Requested-With") == "fetch":
        answer = render(request, "portal/refused_part.html", {"sentence": say(refusal)}, status=refusal.status)
    else:
        context = {"sentence": say(refusal), "code": refusal.code, "is_missing": isinstance(refusal, Missing)}
        answer = page(request, "portal/refused.html", context, status=refusal.status)
    if seconds := refusal.facts.get("seconds"):
        answer["Retry-After"] = str(seconds)
    return answer


def _shell_called(slug: str) -> Shell:
    brand = brands().get(slug)
    if brand is None:
        raise Missing("portal.no_brand", slug=slug[:30])
    return shell_of(brand)
