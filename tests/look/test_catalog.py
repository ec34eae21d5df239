"""Chinese is complete: whatever pages and code can say has its Chinese, and nothing else is kept."""

import pytest

from tongxin.look import catalog


@pytest.fixture(scope="module")
def said():
    """Every message of pages and code, read once: it takes seconds."""
    return {(message.id, message.context) for message in catalog.extracted() if message.id}


def test_every_message_has_its_chinese():
    assert catalog.untranslated(catalog.kept()) == []


def test_the_catalogue_is_in_step_with_the_sources(said):
    kept = {(m.id, m.context) for m in catalog.kept() if m.id}

    assert said - kept == set(), "run `tongxin messages` and translate"
    assert kept - said == set(), "run `tongxin messages`"


def test_placeholders_survive_the_translation():
    for message in catalog.kept():
        if message.id and message.python_format:
            assert not list(message.check()), message.id


def test_pages_of_django_templates_are_read_too(said):
    assert ("Sign in with a passkey", None) in said
