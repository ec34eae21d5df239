"""Doors for signed messages: how often one may knock, how much is read, what is logged of what was not taken."""

import structlog
from django.http import HttpRequest, HttpResponse

from tongxin.guard.addresses import address_of
from tongxin.guard.limits import Limit
from tongxin.interfaces.api.problems import TooLarge, WrongMethod, respond
from tongxin.rules.errors import Refused

log = structlog.get_logger()


def let_in(request: HttpRequest, knocks: Limit, *, most: int, too_large: str) -> None:
    """Let a message be read: so often from one address, posted, of so many bytes at most (else the code `too_large`).

    Raises TooOften, WrongMethod, TooLarge.
    """
    knocks.take(address_of(request))
    if request.method != "POST":
        raise WrongMethod("method.not_allowed", method=request.method, allowed="POST")
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        raise TooLarge(too_large, limit_kb=most // 1024)


def not_taken(request: HttpRequest, refusal: Refused, door: str, **sender: str) -> HttpResponse:
    """Answer a message that was not taken, and log it: the door, who is said to send it, the code."""
    if refusal.status != 401:  # those were logged where they were found
        log.warning(f"{door}.not_taken", **{name: said[:40] for name, said in sender.items()}, code=refusal.code)
    return respond(request, refusal)
