"""What the desk's processes remember is forgotten between tests; the language's catalogue is compiled once."""

import pytest

from tongxin.apps.matters import texts
from tongxin.interfaces.desk import bell, suggest, units
from tongxin.look import catalog


@pytest.fixture(scope="session", autouse=True)
def compiled():
    catalog.compile_catalog()


@pytest.fixture(autouse=True)
def forgotten_by_the_desk():
    yield
    suggest.forget()
    units.forget()
    texts.forget()
    bell.forget()
