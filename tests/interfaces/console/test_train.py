"""`tongxin train`: it learns from the city's own matters, says how good it is, and changes what serves at the end."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.town import SONGYUAN_01, a_report
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions import Past
from tongxin.apps.matters.actions.training import switch_off
from tongxin.apps.matters.models import Suggester, Template
from tongxin.apps.matters.suggesting import examples, queries, serving
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.permissions import SYSTEM

pytestmark = pytest.mark.django_db

TOLD = {"D02": "路灯不亮，晚上黑漆漆的", "C02": "垃圾堆了一地没人收", "C23": "狗没拴绳子追人"}


@pytest.fixture
def few_templates(town):
    """Three kinds are enough to learn from, and quick."""
    Template.objects.exclude(code__in=TOLD).update(is_current=False)
    serving.forget()


@pytest.fixture
def a_past(town, now, few_templates):
    """Return ninety days of closed matters, ten in three of each kind a day."""
    told = []
    for n in range(900):
        at = now - timedelta(days=n % 90, hours=1)
        code = list(TOLD)[n % 3]
        text = f"松园社区 {n} 号门口，{TOLD[code]}"
        told.append(a_report(template=code, text=text, at=at, past=Past(State.CLOSED, closed_at=now)))
    assert all(isinstance(answer, actions.Reported) for answer in actions.report_many(told, by=SYSTEM, now=now))


def train(*arguments: str) -> str:
    out = StringIO()
    call_command("train", *arguments, stdout=out)
    return out.getvalue()


def test_what_was_learnt_serves_at_once(town, now, a_past):
    train()

    found = queries.suggest(town.dispatcher, "这边路灯不亮", *SONGYUAN_01, now)
    assert found.basis is serving.Basis.TRAINED
    assert found.kinds[0].code == "D02"
    assert Suggester.objects.get().rows == 900
    assert Entry.objects.get(subject="suggester").data["held_out"] == 310


def test_the_report_tells_figures_with_their_denominators_and_its_caution(town, now, a_past):
    said = train("--report")

    assert "900 件" in said
    assert "310 件：首选正确 100.00%" in said
    assert "一字不差" in said
    assert "拒答曲线" in said
    assert "C02 暴露垃圾" in said


def test_two_months_may_be_held_out(town, now, a_past):
    assert "610 件：首选正确" in train("--months-held-out", "2")


def test_no_text_of_anybody_is_kept(town, now, a_past):
    train()

    kept = Suggester.objects.get()
    words = queries.serving.current().guesser.words
    assert not [word for word in words if "松园" in word]
    assert set(kept.report) >= {"top1", "top3", "curve", "kinds", "confusions", "bounds"}


def test_a_city_without_a_past_is_told_what_it_has_instead(town, few_templates):
    with pytest.raises(CommandError, match="关键词"):
        train()

    assert not Suggester.objects.exists()


def test_who_stops_it_finds_everything_as_it_was(town, now, a_past, monkeypatch):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(examples, "read", stopped)

    with pytest.raises(CommandError, match="什么也没有改变"):
        train()

    assert not Suggester.objects.exists()


def test_training_while_suggestions_are_off_says_that_they_stay_off(town, now, a_past):
    switch_off(by=town.system_admin, now=now)

    assert "已关闭" in train()
    assert queries.guess("路灯不亮") == []
