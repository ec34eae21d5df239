"""Posts that change hands: one's own posts, who stands in for one, what is handed over, what it is named for."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.apps.areas.queries import names
from tongxin.apps.matters import actions, queries
from tongxin.apps.matters.keeping import kept, some_kept
from tongxin.apps.people import directory
from tongxin.apps.people import duties as people
from tongxin.apps.people.models import Post
from tongxin.apps.people.rosters import Ahead, ahead
from tongxin.interfaces.desk.admin.doors import attempt, choices, joined, label
from tongxin.interfaces.desk.frame import page
from tongxin.look import filters
from tongxin.look.forms import Choice, Field
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.permissions import MAY_BE_NAMED, UNIT, Actor, Permission, Role, may
from tongxin.rules.sealing import Seal

SHIFTS_AHEAD = timedelta(days=14)
LISTED = 8
TO_THE_UNIT = "unit"  # the choice of nobody in particular


class Line(NamedTuple):
    """One post as a list shows it; days are the first and the last, both in."""

    id: int
    role: str
    unit: str
    area: str
    first: date
    last: date | None
    is_lent: bool
    person: str
    stands_in: str  # for whose post, where it is lent
    is_over: bool
    goes_on: bool  # past today


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the posts of whoever looks: what each keeps, who stands in, which shifts come. A handful of statements."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    today = timezone.localdate(now)
    posts = [post for post in directory.posts(person_id=actor.person_id) if _last(post) is None or today <= _last(post)]
    context = {
        "posts": [(line(post, today), _kept(post), _substitutes(post, today)) for post in posts],
        "shifts": [_shift(each) for each in ahead([post.pk for post in posts], now, now + SHIFTS_AHEAD)],
    }
    return page(request, "desk/my_posts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, post_id: int) -> HttpResponse:
    """Show a post to who arranges it or stands in for it; a post of the form names who stands in."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    post = _read(post_id)
    may_arrange = people.arranging(actor, post) is not None
    if not may_arrange and post.person_id != actor.person_id:
        raise NotAllowed("permission.denied", permission=Permission.ARRANGE_DUTIES)
    posted = request.POST if request.method == "POST" else None
    if posted is not None and _stand_in(request, post_id, posted) is not None:
        return redirect("desk:post", post_id)
    today = timezone.localdate(now)
    many = _kept(post)
    context = {
        "post": line(post, today),
        "facts": _facts(post),
        "may_arrange": may_arrange and not post.stands_in_for_id,
        "stand_ins": [line(each, today) for each in people.stand_ins(post_id)],
        "stand_in_fields": _stand_in_fields(post, posted, today),
        "kept": many,
        "some": some_kept(post.person_id, post.unit_id, LISTED) if many else [],
        "hand_over_fields": _hand_over_fields(actor, post, today),
        "may_end": may(actor, Permission.EDIT_POSTS, post.area),
        "is_own": post.person_id == actor.person_id,
        "unit_id": post.unit_id,
        "seal_field": _seal_field(actor, post),
    }
    return page(request, "desk/post.html", context)


@require_POST
def end_stand_in(request: HttpRequest, post_id: int) -> HttpResponse:
    """End standing in early."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    lender = _read(post_id).stands_in_for_id
    said = _("It ends today: from tomorrow on the post is its holder's alone.")
    attempt(request, lambda: people.end_stand_in(post_id=post_id, by=by, now=now), said)
    back = request.POST.get("back", "")
    return redirect("desk:post", lender) if back == "post" and lender else redirect("desk:my-posts")


@require_POST
def hand_over(request: HttpRequest, post_id: int) -> HttpResponse:
    """Hand the open matters of a post over, and end it where a day is given."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    to, day = request.POST.get("to", ""), _date(request.POST.get("end_on", ""))
    if to != TO_THE_UNIT and not to.isdecimal():
        messages.error(request, _("Choose who goes on with the matters."))
        return redirect("desk:post", post_id)
    successor = int(to) if to.isdecimal() else None
    try:
        moved = actions.hand_over(post_id=post_id, to_post_id=successor, end_on=day, by=by, now=now)
    except (Invalid, Missing) as refusal:
        messages.error(request, filters.say(refusal))
    else:
        said = ngettext("%(num)s matter was handed over.", "%(num)s matters were handed over.", moved)
        messages.success(request, said % {"num": moved})
    return redirect("desk:post", post_id)


@require_POST
def name(request: HttpRequest, post_id: int) -> HttpResponse:
    """Name a post for kinds of sealed matters, and for no others."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    seals = [Seal(each) for each in request.POST.getlist("seals") if each in set(Seal)]
    said = _("Kept: which sealed matters the post reads.")
    attempt(request, lambda: people.name_for(post_id=post_id, seals=seals, by=by, now=now), said)
    return redirect("desk:post", post_id)


@require_POST
def take_up(request: HttpRequest, number: str) -> HttpResponse:
    """Go on with a matter of the own unit that nobody keeps."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    matter_id = queries.one(by, number).pk
    attempt(request, lambda: actions.take_up(matter_id=matter_id, by=by, now=now), _("You go on with this matter."))
    return redirect("desk:matter", number)


def line(post: Post, today: date) -> Line:
    """Return a post as it is drawn; its person, unit and lender have been read with it."""
    last, lender = _last(post), post.stands_in_for
    return Line(
        post.pk,
        label(Role(post.role)),
        post.unit.name,
        names().get(post.area, post.area),
        post.start_on,
        last,
        lender is not None,
        post.person.name,
        lender.person.name if lender is not None else "",
        last is not None and last < today,
        last is None or last > today,
    )


def _read(post_id: int) -> Post:
    post = directory.post(post_id)
    if post is None:
        raise Missing("post.missing", post=post_id)
    return post


def _last(post: Post) -> date | None:
    """Return the last day of a post; people think in last days, rows in first days without."""
    return post.end_on - timedelta(days=1) if post.end_on is not None else None


def _kept(post: Post) -> int:
    return kept(post.person_id, post.unit_id) if post.role in UNIT else 0


def _substitutes(post: Post, today: date) -> list[Line]:
    return [each for each in (line(lent, today) for lent in people.stand_ins(post.pk)) if not each.is_over]


def _shift(shift: Ahead) -> dict[str, Any]:
    return {"start": shift.start_at, "end": shift.end_at, "role": label(shift.role), "unit_id": shift.unit_id}


def _facts(post: Post) -> list[tuple[str, Any]]:
    last = _last(post)
    held = post.start_on.isoformat() if last is None else f"{post.start_on.isoformat()} – {last.isoformat()}"
    facts = [
        (_("Held by"), post.person.name),
        (_("Unit"), post.unit.name),
        (_("Area"), f"{names().get(post.area, '')} {post.area}"),
        (_("From"), held),
    ]
    if post.stands_in_for is not None:
        facts.insert(1, (_("Stands in for"), post.stands_in_for.person.name))
    if post.seals:
        facts.append((_("Named for"), joined(label(Seal(seal)) for seal in post.seals)))
    return facts


# --- forms -----------------------------------------------------------------------------------------------


def _stand_in(request: HttpRequest, post_id: int, posted: QueryDict) -> Post | None:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    first, last = _date(posted.get("first", "")), _date(posted.get("last", ""))
    who = posted.get("person", "")
    if not who.isdecimal() or first is None or last is None:
        messages.error(request, _("Say who stands in, from which day to which."))
        return None
    period = {"start_on": first, "end_on": last + timedelta(days=1)}
    return attempt(
        request,
        lambda: people.stand_in(post_id=post_id, person_id=int(who), **period, by=by, now=now),
        _("Arranged. It begins and ends by itself."),
    )


def _stand_in_fields(post: Post, posted: QueryDict | None, today: date) -> Sequence[Field]:
    told = posted or QueryDict(f"first={today.isoformat()}")
    offered = [
        Choice(str(each.person_id), f"{each.person.name} · {each.unit.name} {label(Role(each.role))}")
        for each in people.candidates(post, today)
    ]
    low = today.isoformat()
    return (
        Field("person", _("Who stands in"), "select", told.get("person", ""), True, choices=tuple(offered)),
        Field("first", _("First day"), "date", told.get("first", ""), True, low=low),
        Field("last", _("Last day"), "date", told.get("last", ""), True, low=low),
    )


def _hand_over_fields(actor: Actor, post: Post, today: date) -> Sequence[Field]:
    hands_out = may(actor, Permission.EDIT_POSTS, post.area)
    offered = [
        Choice(str(each.pk), f"{each.person.name} · {label(Role(each.role))}")
        for each in directory.posts(unit_id=post.unit_id)
        if each.role in UNIT and each.person_id != post.person_id and each.start_on <= today
        if each.end_on is None or each.end_on > today
    ]
    if hands_out:
        offered.append(Choice(TO_THE_UNIT, _("nobody yet: the unit sees them as kept by nobody")))
    to = Field("to", _("Goes on with them"), "select", is_required=True, choices=tuple(offered))
    hint = _("empty: the post goes on")
    return (to, Field("end_on", _("First day without the post"), "date", hint=hint)) if hands_out else (to,)


def _seal_field(actor: Actor, post: Post) -> Field | None:
    if post.role not in MAY_BE_NAMED or not may(actor, Permission.EDIT_POSTS, post.area):
        return None
    hint = _("Without a tick the post finds none of that kind; the unit that handles one and its reporter always do.")
    return Field("seals", _("Reads sealed matters of"), "checks", tuple(post.seals), choices=choices(Seal), hint=hint)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
