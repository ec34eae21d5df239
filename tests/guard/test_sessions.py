"""Sessions: what one process writes down, every other one knows with the next request; nothing written is lost."""

from pathlib import Path

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse

from tongxin.guard import endings, sessions
from tongxin.guard.sessions import COOKIE, REVISION, Sessions, SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def process(monkeypatch, tmp_path):
    """Go on as another process: `process("b")`. Each remembers for itself."""
    memories = {}
    ended = tmp_path / "sessions.ended"

    def switched(name: str) -> None:
        known, endings = memories.setdefault(name, (sessions.OrderedDict(), sessions.Endings(ended)))
        monkeypatch.setattr(sessions, "_known", known)
        monkeypatch.setattr(sessions, "_endings", endings)

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


def test_a_session_that_was_ended_is_not_brought_back_and_elsewhere_not_believed_for_long(process, monkeypatch):
    session = begun(post=1)
    process("b")
    stolen = met(session)
    assert stolen["post"] == 1
    session.model.objects.filter(session_key=session.session_key).delete()  # by a process of another machine
    assert met(stolen)["post"] == 1

    stolen["post"] = 2
    with pytest.raises(UpdateError):
        stolen.save()
    later = sessions.time.monotonic() + sessions.SECONDS
    monkeypatch.setattr(sessions.time, "monotonic", lambda: later)
    replayed = SessionStore(stolen.session_key)
    replayed.met = 0

    assert replayed.get("post") is None


def test_a_copied_cookie_opens_no_process_of_this_machine_once_one_signed_out(process):
    session, other = begun(post=1), begun(post=2)
    copied = met(session)
    assert copied["post"] == 1
    for name in ("b", "c"):
        process(name)
        assert (met(session)["post"], met(other)["post"]) == (1, 2)

    process("a")
    session.flush()

    for name in ("a", "b", "c"):
        process(name)
        assert met(copied).get("post") is None
        assert list(sessions._known) == [endings.name_of(other.session_key)]  # the other one is still remembered


def test_word_of_endings_that_cannot_be_kept_or_begins_anew_costs_nobody_but_a_statement(process, monkeypatch):
    session, third = begun(post=1), begun(post=3)
    process("b")
    assert met(session)["post"] == 1
    process("a")
    monkeypatch.setattr(endings, "MOST", 0)
    for _ in range(2):
        begun(post=2).flush()
    process("b")
    assert met(third)["post"] == 3
    assert met(session)["post"] == 1

    process("a")
    monkeypatch.setattr(sessions, "_endings", endings.Endings(Path("/proc/no/such")))
    session.flush()

    assert met(third)["post"] == 3


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
