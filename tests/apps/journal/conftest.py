"""What the journal's tests share: a clock, an actor, and a clean list of reactions."""

from datetime import UTC, datetime

import pytest

from tongxin.apps.journal import outbox
from tongxin.postgres import batches
from tongxin.rules.permissions import Actor, Duty, Role


@pytest.fixture(autouse=True)
def empty_journal(request):
    """Begin each test that has the database with no entry, not with what building the town wrote."""
    wanted = {"db", "transactional_db"} & set(request.fixturenames)
    for database in wanted:
        request.getfixturevalue(database)
    if wanted or request.node.get_closest_marker("django_db"):
        batches.run("TRUNCATE journal_entry, journal_delivery, journal_seal, journal_evidence")


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


@pytest.fixture
def worker() -> Actor:
    return Actor("person:7", person_id=7)


@pytest.fixture
def administrator() -> Actor:
    return Actor("person:1", person_id=1, duties=(Duty(1, Role.SYSTEM_ADMIN, "330800", 1),))


@pytest.fixture
def reactions(monkeypatch):
    """No reactions but those the test registers, through what this returns."""
    monkeypatch.setattr(outbox, "_REACTIONS", {})
    monkeypatch.setattr(outbox, "_READERS", {})
    return outbox.reacts_to
