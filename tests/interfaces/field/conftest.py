"""What the door's process remembers is forgotten between tests; the language's catalogue is compiled once."""

import pytest

from tongxin.look import catalog


@pytest.fixture(scope="session", autouse=True)
def compiled():
    catalog.compile_catalog()
