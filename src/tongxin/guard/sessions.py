"""Sessions that every process agrees on, kept in the database and remembered by each process for a moment.

A session has a revision, and the browser carries the last one it met in a cookie of its own: what a process remembers
counts only if it is not older, so the answer after a post shows what that post left, whichever process gives it. What
a request changed is written over what stands there now, value by value: a page that began before another one's post
takes nothing of it back. A session that was ended is believed by no process of this machine from then on; on another
machine for `SECONDS` at most.
"""

import json
import time
from collections import OrderedDict
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse

from tongxin.guard.endings import Endings, name_of

SECONDS = 15.0
MOST = 20_000  # sessions a process remembers, the one longest unused goes first
REVISION = "_revision"
COOKIE = "tongxin-session-revision"


class Remembered(NamedTuple):
    """A session as this process knows it; as text, for nobody may change it in place."""

    until: float
    revision: int
    data: str


_known: OrderedDict[str, Remembered] = OrderedDict()  # by the digest of the session's key
_endings = Endings(settings.HOME / "sessions.ended")


class SessionStore(db.SessionStore):
    """Django's sessions in the database, without a statement where this process knows the newest revision."""

    met = -1  # the revision that the browser met last; -1: it does not say, so the database is asked
    _before: dict[str, Any] = {}

    def load(self) -> dict[str, Any]:
        _listen()
        found = _known.get(name_of(self.session_key or ""))
        if found and 0 <= self.met <= found.revision and time.monotonic() < found.until:
            data: dict[str, Any] = json.loads(found.data)
        else:
            data = super().load()
            self._remember(data)
        self._before = json.loads(json.dumps(data))
        return data

    def save(self, must_create: bool = False) -> None:
        """Write down what changed since it was read. Raises UpdateError where the session was ended meanwhile."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)
        if must_create:
            data[REVISION] = 0
            super().save(must_create=True)
        else:
            data = self._session_cache = self._written(data)
        self._before = json.loads(json.dumps(data))
        self._remember(data)

    def delete(self, session_key: str | None = None) -> None:
        super().delete(session_key)
        if ended := session_key or self.session_key:
            _known.pop(name_of(ended), None)
            _endings.tell(name_of(ended))

    @property
    def revision(self) -> int:
        return int(self.get(REVISION, 0))

    def _written(self, data: dict[str, Any]) -> dict[str, Any]:
        """Write the changes over what stands there, unless somebody else did so in between: then once more."""
        gone = self._before.keys() - data.keys()
        changed = {key: value for key, value in data.items() if key not in self._before or self._before[key] != value}
        while True:
            row = self.model.objects.filter(session_key=self.session_key).first()
            if row is None:
                raise UpdateError
            there = {key: value for key, value in self.decode(row.session_data).items() if key not in gone} | changed
            there[REVISION] = int(there.get(REVISION, 0)) + 1
            fresh = {"session_data": self.encode(there), "expire_date": self.get_expiry_date()}
            # compared and set in one statement: no lock is held while anything else is done
            if self.model.objects.filter(pk=row.pk, session_data=row.session_data).update(**fresh):
                return there

    def _remember(self, data: dict[str, Any]) -> None:
        if not self.session_key or not data:
            return
        name, revision = name_of(self.session_key), int(data.get(REVISION, 0))
        _known.pop(name, None)
        _known[name] = Remembered(time.monotonic() + SECONDS, revision, json.dumps(data))
        if len(_known) > MOST:
            _known.popitem(last=False)


def _listen() -> None:
    """Forget the sessions that another process ended. Before anything is read: what ends meanwhile is heard next."""
    ended = _endings.heard()
    if ended is None:
        _known.clear()
    for name in ended or ():
        _known.pop(name, None)


class Sessions(SessionMiddleware):
    """Django's middleware, which also reads and sets the cookie of the revision."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        told = request.COOKIES.get(COOKIE, "")
        request.session.met = int(told) if told.isdecimal() and len(told) < 10 else -1

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session: SessionStore = request.session  # type: ignore[assignment]
        answer = super().process_response(request, response)
        known = {"path": settings.SESSION_COOKIE_PATH, "domain": settings.SESSION_COOKIE_DOMAIN}
        if session.session_key is None or session.is_empty():
            if COOKIE in request.COOKIES:
                answer.delete_cookie(COOKIE, samesite=settings.SESSION_COOKIE_SAMESITE, **known)
        elif session.accessed and session.revision != session.met:
            answer.set_cookie(
                COOKIE,
                str(session.revision),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite=settings.SESSION_COOKIE_SAMESITE,
                **known,
            )
        return answer


def forget() -> None:
    """Read every session anew: for tests."""
    _known.clear()
