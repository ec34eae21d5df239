"""Which seal lies on which matter, and how far breaking the glass of one goes."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.town import NOW
from tongxin.rules.sealing import REASON_MOST, Glass, Seal, seal_of

CATALOG = Path(__file__).resolve().parents[2] / "catalog" / "templates.json"
TEMPLATES = json.loads(CATALOG.read_text(encoding="utf-8"))["templates"]
WHY = "家属报警说人已走失三小时"


def sealed(code, answers=None, *, is_sealed=True, is_secret=False):
    return seal_of(code, answers or {}, is_sealed=is_sealed, is_secret=is_secret)


def test_every_sealed_template_has_the_seal_its_reason_tells():
    found = {each["code"]: sealed(each["code"]) for each in TEMPLATES if each["is_sealed"]}

    assert found == {
        "A02": Seal.MINORS,
        "A13": Seal.MINORS,
        "F04": Seal.PERSONAL,
        "F05": Seal.PERSONAL,
        "F09": Seal.PERSONAL,
        "H12": Seal.PERSONAL,
        "I09": Seal.OVERSIGHT,
    }


def test_an_open_template_is_sealed_by_a_child_or_by_a_wish_alone():
    for each in TEMPLATES:
        if not each["is_sealed"]:
            assert sealed(each["code"], is_sealed=False) is None
            assert sealed(each["code"], is_sealed=False, is_secret=True) is Seal.SECRET
            assert sealed(each["code"], {"is_minor_concerned": True}, is_sealed=False) is Seal.MINORS


def test_a_family_matter_without_a_child_is_a_dispute_and_in_doubt_there_is_a_child():
    assert sealed("A02", {"is_minor_concerned": False}) is Seal.DISPUTE
    assert sealed("A02", {"is_minor_concerned": True}) is Seal.MINORS
    assert sealed("A02") is Seal.MINORS


def test_what_a_matter_is_about_weighs_more_than_a_wish_for_secrecy():
    assert sealed("I09", is_secret=True) is Seal.OVERSIGHT


def test_the_question_about_children_is_one_a_form_asks():
    asked = {name for each in TEMPLATES for name in each["form"].get("properties", {}) if "minor" in name}

    assert asked == {"is_minor_concerned"}


@pytest.mark.parametrize(
    ("reason", "broken", "code"),
    [
        ("", 0, "unseal.reason"),
        ("急" * 9, 0, "unseal.reason"),
        ("急" * 9 + "   ", 0, "unseal.reason"),
        ("急" * 10, 0, None),
        (WHY, 4, None),
        (WHY, 5, "unseal.too_many"),
        ("急" * (REASON_MOST + 1), 0, "report.too_long"),
    ],
)
def test_the_glass_breaks_for_a_reason_and_a_few_times_a_day(reason, broken, code):
    refusal = Glass().refusal(reason, broken)

    assert (refusal.code if refusal else None) == code


def test_broken_glass_closes_by_itself():
    assert Glass().until(NOW) - NOW == timedelta(hours=2)
    assert Glass(hours=1).until(NOW) - NOW == timedelta(hours=1)
