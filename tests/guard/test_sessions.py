"""Sessions: what one process writes down, every other one knows with the next request; nothing written is lost."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse

from tongxin.guard import sessions
from tongxin.guard.sessions import COOKIE, REVISION, Sessions, SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def process(monkeypatch):
    """Go on as another process: `process("b")`. Each remembers for itself."""
    memories = {}

    def switched(name: str) -> None:
        monkeypatch.setattr(sessions, "_known", memories.setdefault(name, sessions.OrderedDict()))

    switched("a")
    return switched


def begun(**data) -> SessionStore:
    session = SessionStore()
    session.update(data)
    session.create()
    return session


def met(session: SessionStore) -> SessionStore:
    """Return the session as the next request of the same browser finds it."""
    found = SessionStore(session.session_key)
    found.met = session.revision
    return found


def test_what_one_process_left_to_say_is_said_by_the_other(process):
    session = begun(post=1)
    process("b")
    assert met(session)["post"] == 1  # and is remembered there
    process("a")
    session["banner"] = "已受理"
    session.save()

    process("b")

    assert met(session)["banner"] == "已受理"


def test_a_page_that_began_earlier_takes_nothing_back(process):
    session = begun(post=1, undo="KC1", gone=1)
    slow, quick = met(session), met(session)
    assert slow["post"] == quick["post"] == 1

    quick["banner"] = "已受理"
    del quick["gone"]
    quick.save()
    slow["post"] = 2
    slow.save()

    now = SessionStore(session.session_key)
    assert (now["banner"], now["post"], now["undo"], now.get("gone")) == ("已受理", 2, "KC1", None)
    assert now.revision == 2


def test_a_session_that_was_ended_is_not_brought_back_and_not_believed_for_long(process, monkeypatch):
    session = begun(post=1)
    process("b")
    stolen = met(session)
    assert stolen["post"] == 1
    process("a")
    session.flush()

    process("b")
    stolen["post"] = 2
    with pytest.raises(UpdateError):
        stolen.save()
    later = sessions.time.monotonic() + sessions.SECONDS
    monkeypatch.setattr(sessions.time, "monotonic", lambda: later)
    replayed = SessionStore(stolen.session_key)
    replayed.met = 0

    assert replayed.get("post") is None


def test_what_a_process_knows_costs_no_statement_and_nobody_changes_it_in_place(process, django_assert_num_queries):
    session = begun(list=[1])

    with django_assert_num_queries(0):
        met(session)["list"].append(2)
        assert met(session)["list"] == [1]


def test_the_browser_carries_the_revision_and_loses_it_with_the_session(process):
    def answered(change, **cookies) -> HttpResponse:
        request = HttpRequest()
        request.COOKIES = {"sessionid": session.session_key, **cookies}
        return Sessions(lambda asked: change(asked) or HttpResponse())(request)

    session = begun(post=1)

    told = answered(lambda request: request.session.update({"banner": "x"}), **{COOKIE: "0"})
    again = answered(lambda request: request.session["banner"] and None, **{COOKIE: "1"})
    behind = answered(lambda request: request.session["banner"] and None, **{COOKIE: "no number"})
    over = answered(lambda request: request.session.flush(), **{COOKIE: "1"})

    assert told.cookies[COOKIE].value == behind.cookies[COOKIE].value == "1"
    assert COOKIE not in again.cookies
    assert over.cookies[COOKIE]["max-age"] == 0
    assert REVISION not in SessionStore(session.session_key)
