"""Training: what is learnt and what must not be, and figures from months that were never seen."""

from datetime import timedelta

import pytest

from tests.town import NOW
from tongxin.apps.matters.suggesting import fitting
from tongxin.apps.matters.suggesting.examples import Example
from tongxin.apps.matters.suggesting.fitting import FEWEST_MATTERS, fit, train, vocabulary
from tongxin.apps.matters.suggesting.grams import folded
from tongxin.apps.matters.suggesting.measuring import LEAST
from tongxin.rules.errors import Refused

ABOUT = {"D02": "路灯不亮", "C02": "垃圾没人收", "C23": "狗叫个不停"}
CATALOG = [(code, folded(text)) for code, text in ABOUT.items()]


@pytest.fixture(autouse=True)
def no_catalog_to_compare_with(monkeypatch):
    """The cold start reads the catalog's table; here the lines alone are measured."""
    monkeypatch.setattr("tongxin.apps.matters.suggesting.keywords.known", list)


def an_example(number: int, code: str, text: str) -> Example:
    return Example(code, folded(text), NOW - timedelta(days=number % 90))


def a_city(many: int = 600) -> list[Example]:
    """Return examples of three kinds over ninety days, evenly."""
    codes = list(ABOUT)
    return [an_example(number, codes[number % 3], f"{ABOUT[codes[number % 3]]}，请处理") for number in range(many)]


def test_a_word_that_fewer_than_five_matters_use_is_not_learnt():
    rare = [folded("联系人欧阳婉儿")] * (FEWEST_MATTERS - 1)
    known = [folded("路灯不亮")] * FEWEST_MATTERS

    words, _ = vocabulary([*rare, *known], [])

    assert "路灯" in words
    assert not {"欧阳", "婉儿", "欧", "婉"} & set(words)


def test_no_figure_is_learnt():
    words, _ = vocabulary([folded("电话13812346027门牌88号")] * 50, [])

    assert not {word for word in words for sign in word if sign.isdigit() and sign != "0"}
    assert not {word for word in words if len(word) > 3}


def test_the_catalog_is_learnt_even_where_nothing_ever_happened():
    words, _ = vocabulary([], [text for _, text in CATALOG])

    guesser = fit([("D02", folded("路灯不亮"))] * 30, CATALOG)

    assert {"路灯", "垃圾"} <= set(words)
    assert "C23" in guesser.codes


def test_only_the_most_frequent_words_are_learnt(monkeypatch):
    monkeypatch.setattr(fitting, "MOST_GRAMS", 4)

    words, _ = vocabulary(["路灯"] * 9 + ["垃圾"] * 6, ["狗"])

    assert set(words) == {"狗", "灯", "路", "路灯"}


def test_figures_come_from_the_last_month_alone():
    guesser, report = train(a_city(), CATALOG)

    assert report.rows == sum(example.at >= NOW - timedelta(days=30) for example in a_city())
    assert (report.top1, report.top3) == (1.0, 1.0)
    assert sum(guesser.learnt.values()) == 600
    assert report.repeated == 1.0
    assert report.fresh is None


def test_a_kind_that_is_told_otherwise_in_the_last_month_is_found_weak():
    city = [
        example._replace(plain=folded(ABOUT["C02"])) if example.code == "C23" and _is_late(example) else example
        for example in a_city()
    ]

    _, report = train(city, CATALOG)

    assert report.kinds[0].code == "C23"
    assert report.kinds[0].top1 == 0
    assert report.confusions[0][:2] == ("C23", "C02")
    assert report.top1 == pytest.approx(2 / 3, abs=0.02)


def test_the_surer_the_fewer_and_everything_counts_at_nought():
    _, report = train(a_city(), CATALOG)

    covered = [step.coverage for step in report.curve]
    assert covered[0] == 1.0
    assert covered == sorted(covered, reverse=True)
    assert all(step.shown == round(step.coverage * report.rows) for step in report.curve)


def test_a_city_without_enough_past_is_told_so():
    with pytest.raises(Refused, match="too_few"):
        train(a_city(100), CATALOG)


def test_a_young_city_learns_everything_and_measures_nothing():
    young = [example._replace(at=NOW) for example in a_city(300)]

    guesser, report = train(young, CATALOG)

    assert sum(guesser.learnt.values()) == 300
    assert (report.rows, report.top1) == (0, None)
    assert guesser.bounds == LEAST


def _is_late(example: Example) -> bool:
    return example.at >= NOW - timedelta(days=30)
