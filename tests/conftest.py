"""The town stands in the test database before the first test; nothing a process remembers outlives a test."""

import os

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as laws

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
def django_db_setup(server, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        towns.found()


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
    return towns.find()
