"""Chinese is complete: whatever pages and code can say has its Chinese, and nothing else is kept."""

from tongxin.look import catalog


def test_every_message_has_its_chinese():
    assert catalog.untranslated(catalog.kept()) == []


def test_the_catalogue_is_in_step_with_the_sources():
    said = {(m.id, m.context) for m in catalog.extracted() if m.id}
    kept = {(m.id, m.context) for m in catalog.kept() if m.id}

    assert said - kept == set(), "run `tongxin messages` and translate"
    assert kept - said == set(), "run `tongxin messages`"


def test_placeholders_survive_the_translation():
    for message in catalog.kept():
        if message.id and message.python_format:
            assert not list(message.check()), message.id


def test_pages_of_django_templates_are_read_too():
    assert "Sign in with a passkey" in {m.id for m in catalog.extracted()}
