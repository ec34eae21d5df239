"""The demonstration's letters, and lines opened, changed and closed by a command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.town import NOW
from tongxin.apps.hotline import letters as reads
from tongxin.apps.hotline.models import Letter, Line
from tongxin.interfaces.console.simulation import letters

pytestmark = pytest.mark.django_db


def told(*words: str) -> str:
    out = StringIO()
    call_command("line", *words, stdout=out)
    return out.getvalue().strip()


def test_a_demonstration_has_letters_of_both_ways_and_is_not_given_them_twice(town):
    letters.set_up(now=NOW)
    letters.set_up(now=NOW)

    waiting = list(reads.waiting(town.operator))
    assert [each.way for each in waiting] == ["mail"] * 4 + ["chat"] * 3
    assert reads.files(waiting[0])[0].name == "路灯.jpg"
    assert Letter.objects.count() == 10


def test_a_line_is_opened_given_a_new_secret_and_closed_by_a_command(town):
    first = told("open", "wx", "--kind", "chat", "--name", "公众号")
    second = told("rotate", "wx")
    told("close", "wx")

    assert first.startswith("whsec_") and second.startswith("whsec_") and first != second
    assert not Line.objects.get().is_open
    with pytest.raises(CommandError, match="没有这条线路"):
        told("rotate", "wx")
    with pytest.raises(CommandError, match="线路编码"):
        told("open", "a b")
