"""The town stands in the test database before the first test; nothing a process remembers outlives a test."""

import os

import pytest
from django.conf import settings

from tests import town as towns
from tongxin import postgres
from tongxin.apps.areas import editions
from tongxin.apps.matters import kinds, numbers
from tongxin.apps.people import calendar
from tongxin.apps.people import queries as people


@pytest.fixture(scope="session")
def server():
    """Run the embedded server of the tests' home, unless DATABASE_URL names another."""
    if postgres.is_embedded(os.environ):
        with postgres.running(settings.HOME, durable=False):
            yield
    else:
        yield


@pytest.fixture(scope="session")
def django_db_setup(server, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        towns.build()


@pytest.fixture(autouse=True)
def forgotten():
    """Forget what the process remembers of the database: the next test's is another one."""
    yield
    for memory in (kinds, numbers, people, calendar, editions):
        memory.forget()


@pytest.fixture
def now():
    return towns.NOW


@pytest.fixture
def town(db):
    if not towns.Area.objects.exists():  # a test that empties the database was here
        towns.build()
    return towns.find()
