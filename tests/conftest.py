"""The town stands in the test database before the first test; nothing a process remembers outlives a test."""

import os

import pytest
from django.conf import settings
from django.contrib.staticfiles import handlers
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as laws
from pytest_django.plugin import blocking_manager_key

from tests import migrated
from tests import town as towns
from tongxin import postgres

# a machine that does something else for a second is no fault of the input
laws.register_profile("shared", suppress_health_check=[HealthCheck.too_slow], deadline=None)
laws.load_profile("shared")


@pytest.fixture(scope="session")
def server():
    """Run the embedded server of the tests' home, unless DATABASE_URL names another."""
    if postgres.is_embedded(os.environ):
        with postgres.running(settings.HOME, durable=False):
            yield
    else:
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(server, django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """Let the test database be cloned from one that is migrated."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.template()


@pytest.fixture(scope="session")
def django_db_setup(server, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        towns.found()


# a live server sends files as a house that runs does: by WhiteNoise, for the browser to keep
handlers.StaticFilesHandler = lambda application: application
# Django would truncate every table after a test that commits, and write its own rows anew
TransactionTestCase._fixture_teardown = lambda self: towns.leave()
_emptied = False  # by a test that commits


def _empties(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db")
    return bool(marked and marked.kwargs.get("transaction")) or "transactional_db" in item.fixturenames


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Put the town back for good before a test whose own changes are rolled back: else each of them would build it."""
    global _emptied
    uses_rows = item.get_closest_marker("django_db") or "db" in item.fixturenames
    if _emptied and uses_rows and not _empties(item):
        with item.config.stash[blocking_manager_key].unblock():
            towns.stand()
        _emptied = False


def pytest_runtest_teardown(item):
    global _emptied
    _emptied = _emptied or _empties(item)


@pytest.fixture(autouse=True)
def forgotten():
    yield
    towns.forget()


@pytest.fixture
def now():
    return towns.NOW


@pytest.fixture
def town(db):
    towns.stand()
    return towns.founded()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from tests.sharing import Sharing

    return Sharing(config, log) if config.getvalue("dist") == "loadscope" else None
