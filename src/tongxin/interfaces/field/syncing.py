"""What was done on a phone arrives here: items in order, each taken once, each with an answer of its own.

Another module adds a kind of item with one function:

    @takes("checkin")
    def check_in(item: Item) -> dict[str, Any]:
        visit = patrols.check_in(..., by=item.by, now=item.now)
        return {"number": visit.number}

What it returns is kept and told again to whoever sends the item again. What it refuses (`Refused`) leaves no trace, so
the item may be mended and sent again. `Changed` says that the thing is no longer what the phone showed.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from tongxin.apps.matters import actions
from tongxin.look import filters
from tongxin.rules.errors import Invalid, Refused, Stale
from tongxin.rules.permissions import Actor

MOST = 50  # items in one message
OLDEST = timedelta(days=3)  # so long work may wait on a phone
KEY = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")  # a ULID. Source: github.com/ulid/spec
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Outcome(StrEnum):
    """What became of one item."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # taken before: the answer is the one it got then
    REFUSED = "refused"
    CONFLICT = "conflict"  # the thing changed since the phone saw it; a person decides


@dataclass(frozen=True, slots=True)
class Item:
    """One thing done on a phone. `at` is when, by our clock: never later than `now`, at most three days before."""

    key: str
    kind: str
    by: Actor
    fields: MultiValueDict[str, str]
    files: Sequence[UploadedFile]
    at: datetime
    now: datetime

    @property
    def done_at(self) -> datetime | None:
        """When it was done, where that was long enough before it arrived to be worth telling."""
        return self.at if self.now - self.at > timedelta(minutes=2) else None


class Changed(Stale):
    """The thing is no longer what the phone showed. `changes` says what, by whom (a unit) and when, oldest first."""

    def __init__(self, changes: Sequence[Mapping[str, str]], seen: str) -> None:
        super().__init__("sync.changed", n=len(changes))
        self.changes = changes
        self.seen = seen


Taker = Callable[[Item], Mapping[str, Any]]
_TAKERS: dict[str, Taker] = {}


def takes(kind: str) -> Callable[[Taker], Taker]:
    """Register who takes items of this kind."""

    def register(taker: Taker) -> Taker:
        assert kind not in _TAKERS, kind
        _TAKERS[kind] = taker
        return taker

    return register


@require_http_methods(["GET", "POST"])
def sync(request: HttpRequest) -> HttpResponse:
    """Tell a phone whose items may be sent now, or take the items it sends. See docs/field-sync.md."""
    now = timezone.now()
    if request.method == "GET":
        answer = {"person": person_key(request.actor), "token": get_token(request), "now": filters.iso(now)}  # type: ignore[attr-defined]
        return _answer(answer)
    try:
        items = _items(request)
    except Refused as refusal:
        return _answer({"code": refusal.code, "said": filters.say(refusal)}, refusal.status)
    return _answer({"answers": [_taken(request, each, now) for each in items]})


def plainly(request: HttpRequest, kind: str, now: datetime) -> Mapping[str, Any]:
    """Take what a form sent without script, as if a phone had sent it; twice sent, it is once done. Raises Refused."""
    key = request.POST.get("key", "")
    files = [file for each in request.FILES for file in request.FILES.getlist(each)]
    item = Item(_key(key), kind, request.actor, request.POST, files, now, now)  # type: ignore[attr-defined]
    return _once(item)[0]


def photo(request: HttpRequest, number: str, kind: str, file: UploadedFile, now: datetime) -> None:
    """Keep a photo that a form sent without script. Raises Refused."""
    fields = MultiValueDict({"number": [number], "as": [kind]})
    _once(Item(fresh_key(), "evidence", request.actor, fields, [file], now, now))  # type: ignore[attr-defined]


def settle(request: HttpRequest, number: str, now: datetime) -> None:
    """Settle on the spot what a form without script reported. Raises Refused."""
    fields = MultiValueDict({"number": [number], "act": ["settle"], "reason": [request.POST.get("done", "")]})
    _once(Item(fresh_key(), "act", request.actor, fields, (), now, now))  # type: ignore[attr-defined]


def fresh_key() -> str:
    """Return a new key, as a phone makes them: the time in milliseconds, then 80 random bits."""
    number = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10))
    return "".join(LETTERS[number >> 5 * place & 31] for place in range(25, -1, -1))


def person_key(actor: Actor) -> str:
    """Return what tells the people apart who use one phone, and tells nobody who they are."""
    return salted_hmac("tongxin.field", actor.ref).hexdigest()[:16]


def _items(request: HttpRequest) -> list[Mapping[str, Any]]:
    """Return the items of a message, in order. Raises Invalid where it is none."""
    try:
        items = json.loads(request.POST.get("items", ""))
    except json.JSONDecodeError as wrong:
        raise Invalid("sync.unreadable") from wrong
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise Invalid("sync.unreadable")
    if len(items) > MOST:
        raise Invalid("sync.too_many", most=MOST)
    return items


def _taken(request: HttpRequest, raw: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Take one item; return its answer, whatever it is. Nothing it says stops the next one."""
    told: dict[str, Any] = {"key": str(raw.get("key", ""))[:26]}
    try:
        answer, is_new = _once(_item(request, raw, now))
    except Changed as changed:
        seen = {"changes": changed.changes, "seen": changed.seen}
        return told | {"outcome": Outcome.CONFLICT, "said": filters.say(changed)} | seen
    except Refused as refusal:
        return told | {"outcome": Outcome.REFUSED, "code": refusal.code, "said": filters.say(refusal)}
    return told | {"outcome": Outcome.ACCEPTED if is_new else Outcome.DUPLICATE} | answer


def _once(item: Item) -> tuple[Mapping[str, Any], bool]:
    taker = _TAKERS.get(item.kind)
    if taker is None:
        raise Invalid("sync.unknown_kind", kind=item.kind[:16])
    return actions.arrive(item.key, kind=item.kind, do=lambda: taker(item), by=item.by, now=item.now)


def _item(request: HttpRequest, raw: Mapping[str, Any], now: datetime) -> Item:
    key = _key(raw.get("key"))
    kind = raw.get("kind")
    fields = raw.get("fields", {})
    if not isinstance(kind, str) or not isinstance(fields, dict):
        raise Invalid("sync.unreadable")
    given = MultiValueDict({str(name): list(_texts(value)) for name, value in fields.items()})
    at = _done_at(raw, request.POST.get("sent_at", ""), now)
    return Item(key, kind, request.actor, given, request.FILES.getlist(key), at, now)  # type: ignore[attr-defined]


def _texts(value: object) -> Iterable[str]:
    return (str(each) for each in value) if isinstance(value, list) else (str(value),)


def _key(key: object) -> str:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise Invalid("sync.key")
    return key


def _done_at(raw: Mapping[str, Any], sent_at: str, now: datetime) -> datetime:
    """Return when an item was done by our clock: its age on the phone's clock, right or wrong, before now."""
    done = _moment(raw.get("at"))
    sent = _moment(sent_at) or now
    if done is None:
        return now
    age = max(sent - done, timedelta(0))
    if age > OLDEST:
        raise Invalid("sync.too_old", days=OLDEST.days)
    return now - age


def _moment(text: object) -> datetime | None:
    if not text:
        return None
    try:
        moment = parse_datetime(str(text)[:40])
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid("sync.moment")
    return moment


def _answer(told: Mapping[str, Any], status: int = 200) -> HttpResponse:
    answer = JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "no-store"
    return answer
