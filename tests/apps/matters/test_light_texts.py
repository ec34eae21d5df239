"""Standard texts and macros: who writes them, what they may hold, and how a catalog brings them."""

import json

import pytest

from tests.town import ROOT
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import texts
from tongxin.apps.matters.actions import texts as actions
from tongxin.apps.matters.models import StandardText
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.permissions import SYSTEM

pytestmark = pytest.mark.django_db
TOLD = {"title": "已围挡", "text": "{place}已围挡。", "act": "progress"}


def write(by, unit_id, now, **changes):
    return actions.write_text(text_id=None, unit_id=unit_id, changes=TOLD | changes, by=by, now=now)


def titles(actor, act="progress", **case) -> list[str]:
    return [row.title for row in texts.ready_for(actor, act, **case)]


def test_the_city_is_for_who_keeps_its_rules_and_a_unit_for_who_leads_it(town, now):
    write(town.system_admin, None, now)
    write(town.handler_head, town.unit["sanitation"], now)
    write(town.duty_chief, town.unit["command_room"], now)

    for who, unit in (
        (town.handler_head, None),
        (town.handler_head, town.unit["enforcement"]),
        (town.handler, town.unit["sanitation"]),
        (town.system_admin, town.unit["sanitation"]),
        (town.neighbouring_chief, town.unit["command_room"]),
    ):
        with pytest.raises(NotAllowed):
            write(who, unit, now)


def test_writing_is_recorded_with_the_post_and_without_the_words(town, now):
    row = write(town.handler_head, town.unit["sanitation"], now)

    entry = Entry.objects.get(kind="text.write")
    assert entry.post_id == town.handler_head.duties[0].post_id
    assert entry.data == {"act": "progress", "template": ""}
    assert entry.subject == f"text:{row.pk}"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "text.no_title"),
        ({"text": " "}, "text.empty"),
        ({"act": "bribe"}, "text.no_act"),
        ({"state": "lost"}, "text.no_act"),
        ({"text": "字" * 2001}, "report.too_long"),
    ],
)
def test_what_cannot_be_used_is_refused(town, now, changes, code):
    with pytest.raises(Invalid) as refusal:
        write(town.system_admin, None, now, **changes)

    assert refusal.value.code == code


def test_nobody_writes_on_a_text_of_another_owner(town, now):
    row = write(town.handler_head, town.unit["sanitation"], now)

    with pytest.raises(Missing):
        actions.write_text(text_id=row.pk, unit_id=town.unit["command_room"], changes=TOLD, by=town.duty_chief, now=now)
    with pytest.raises(Missing):
        actions.drop_text(text_id=row.pk, unit_id=None, by=town.system_admin, now=now)


def test_the_nearest_text_comes_first(town, now):
    StandardText.objects.all().delete()
    for title, template in (("任意", ""), ("C 类", "C"), ("C02", "C02"), ("D 类", "D")):
        write(town.system_admin, None, now, title=title, template=template)
    write(town.handler_head, town.unit["sanitation"], now, title="自己的")

    assert titles(town.handler, template="C02") == ["自己的", "C02", "C 类", "任意"]
    assert titles(town.enforcer, template="C02") == ["C02", "C 类", "任意"]
    assert titles(town.handler, act="handle", template="C02") == []


def test_a_text_for_a_state_is_offered_in_it_only(town, now):
    StandardText.objects.all().delete()
    write(town.system_admin, None, now, act="", state="handling", title="处置中用")

    assert titles(town.handler, state="handling") == ["处置中用"]
    assert titles(town.handler, state="awaiting_check") == []


def test_a_macro_holds_only_what_a_form_of_many_can(town, now):
    macro = actions.write_macro(
        macro_id=None,
        unit_id=town.unit["sanitation"],
        name="退回",
        act="return",
        details={"reason": "不在职责内。", "ground": "not_ours", "unit": "7", "reply": " "},
        by=town.handler_head,
        now=now,
    )

    assert macro.details == {"reason": "不在职责内。", "ground": "not_ours"}
    with pytest.raises(Invalid):
        actions.write_macro(
            macro_id=None, unit_id=None, name="x", act="return", details={"ground": "bad"}, by=SYSTEM, now=now
        )


# --- the catalog -----------------------------------------------------------------------------------------


def test_the_catalog_brings_its_texts_once(town, now):
    many = StandardText.objects.filter(code__isnull=False).count()

    assert many == len(json.loads((ROOT / "catalog" / "texts.json").read_text(encoding="utf-8"))["texts"]) > 40
    assert actions.load_texts(ROOT / "catalog", by=SYSTEM, now=now) == 0


def test_what_a_city_wrote_and_switched_off_stays(town, now, tmp_path):
    own = write(town.system_admin, None, now)
    StandardText.objects.filter(code="check-passed").update(is_active=False, text="改过的")

    changed = actions.load_texts(ROOT / "catalog", by=SYSTEM, now=now)

    back = StandardText.objects.get(code="check-passed")
    assert changed == 1
    assert not back.is_active and back.text != "改过的"
    assert StandardText.objects.filter(pk=own.pk).exists()


def test_a_folder_without_texts_changes_nothing_and_a_broken_one_says_so(town, now, tmp_path):
    assert actions.load_texts(tmp_path, by=SYSTEM, now=now) == 0
    (tmp_path / "texts.json").write_text('{"texts": [{"title": "x"}]}', encoding="utf-8")

    with pytest.raises(Invalid, match=r"catalog\.unreadable"):
        actions.load_texts(tmp_path, by=SYSTEM, now=now)
    with pytest.raises(NotAllowed):
        actions.load_texts(tmp_path, by=town.handler_head, now=now)
