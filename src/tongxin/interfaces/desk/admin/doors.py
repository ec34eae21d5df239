"""What every page of administration shares: the permission at its door, refusals as banners, labels as choices."""

from collections.abc import Callable, Iterable
from enum import Enum
from functools import wraps
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language

from tongxin import words
from tongxin.look.forms import Choice
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.permissions import Permission, require

T = TypeVar("T")
View = Callable[..., HttpResponse]


def needs(permission: Permission) -> Callable[[View], View]:
    """Let only who holds the permission through; everybody else reads the refusal."""

    def guarded(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request.actor, permission)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return opened

    return guarded


def attempt(request: HttpRequest, act: Callable[[], T], said: str | Promise) -> T | None:
    """Do it and say so; a refusal becomes a banner and None, so that the page can show again what was filled in."""
    try:
        done = act()
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, words.say(refusal, get_language() or "zh-hans"))
        return None
    messages.success(request, str(said))
    return done


def label(member: Enum) -> str:
    """Return the word for an enum's member in the reader's language."""
    return words.label(member, get_language() or "zh-hans")


def choices(members: Iterable[Enum]) -> tuple[Choice, ...]:
    """Return members of an enum as answers that may be picked."""
    return tuple(Choice(str(member.value), label(member)) for member in members)


def level_words() -> dict[str, str]:
    """Return the words for the letters of levels (G V T C Y)."""
    return words.LEVELS if (get_language() or "").startswith("zh") else words.LEVELS_EN


def joined(texts: Iterable[str]) -> str:
    """Write several words as one list, with the mark of the reader's language."""
    return ("、" if (get_language() or "").startswith("zh") else ", ").join(texts)


def listed(text: str) -> list[str]:
    """Return what stands in a field between commas, of whatever width, or blanks."""
    for mark in "，、;；\n\t":
        text = text.replace(mark, ",")
    return [each.strip() for each in text.replace(" ", ",").split(",") if each.strip()]
