"""What a text suggests: a kind by its words, the unit the rules name, places; and what it must never do."""

from datetime import timedelta

import pytest

from tests.town import HEXIYUAN_01, SONGYUAN_01, a_report
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions import Past
from tongxin.apps.matters.actions.training import keep_suggester, switch_off, switch_on
from tongxin.apps.matters.models import Matter, Suggester
from tongxin.apps.matters.suggesting import examples, queries
from tongxin.apps.matters.suggesting.fitting import fit
from tongxin.apps.matters.suggesting.grams import folded
from tongxin.apps.matters.suggesting.measuring import measured
from tongxin.apps.matters.suggesting.serving import Basis
from tongxin.rules.errors import NotAllowed
from tongxin.rules.lifecycles.matter import CloseKind, State
from tongxin.rules.likeness import Likeness
from tongxin.rules.permissions import SYSTEM

pytestmark = pytest.mark.django_db

TEXT = "松园社区菜场门口的路灯不亮，晚上黑漆漆的"
LINES = [
    (code, folded(text))
    for code, text in (("D02", "路灯不亮晚上黑漆漆的"), ("C02", "垃圾堆了一地没人收"), ("C23", "狗没拴绳子追人"))
    for _ in range(20)
]


def learn(by, now) -> Suggester:
    report = measured(None, [], set(), since=now, until=now)
    return keep_suggester(fit(LINES, []), report, by=by, now=now)


@pytest.fixture
def trained(town, now) -> Suggester:
    return learn(town.system_admin, now)


def suggested(town, now, text=TEXT, point=SONGYUAN_01, **more):
    return queries.suggest(town.dispatcher, text, *point, now, **more)


def test_a_text_suggests_its_kind_with_the_words_that_say_so(town, now, trained):
    kind = suggested(town, now).kinds[0]

    assert kind.code == "D02"
    assert kind.words and all(word in TEXT for word in kind.words)
    assert [TEXT[start:end] for start, end in kind.spans] == list(kind.words)
    assert kind.learnt == 20


def test_the_name_of_a_place_is_never_a_reason(town, now, trained):
    assert not [word for word in suggested(town, now).kinds[0].words if "松" in word or "社区" in word]


def test_the_unit_is_the_one_the_rules_name_for_this_kind_here(town, now, trained):
    assert suggested(town, now).kinds[0].unit.id == town.unit["lamps"]
    assert suggested(town, now, point=(None, None)).kinds[0].unit.id == town.unit["lamps"]  # 松园社区 is named
    assert suggested(town, now, text="路灯不亮晚上黑漆漆的", point=(None, None)).kinds[0].unit is None


def test_a_county_is_no_place_to_name_a_unit_from(town, now, trained):
    text = "路灯不亮晚上黑漆漆的"

    assert suggested(town, now, text=text, point=(None, None), area="330802").kinds[0].unit is None
    assert suggested(town, now, text=text, point=(None, None), area="330802001").kinds[0].unit is not None


def test_without_a_past_the_catalogs_words_speak_and_it_says_so(town, now):
    found = suggested(town, now)

    assert found.basis is Basis.KEYWORDS
    assert found.kinds[0].code == "D02"
    assert found.kinds[0].likeness is Likeness.SOMEWHAT
    assert "路灯" in found.kinds[0].words


def test_what_is_not_sure_is_not_shown(town, now, trained):
    assert suggested(town, now, text="高考成绩什么时候公布").kinds == ()
    assert suggested(town, now, text="  ").kinds == ()


def test_places_are_told_with_their_codes(town, now, trained):
    assert [place.code for place in suggested(town, now).places] == ["330802001001"]


def test_what_was_told_nearby_lately_is_a_reason(town, now, trained):
    for days in (2, 20, 40):
        actions.report(
            a_report(template="D02", text="路灯不亮，晚上黑漆漆的"), by=town.grid_worker, now=now - timedelta(days=days)
        )
    actions.report(
        a_report(template="D02", text="路灯不亮，晚上黑漆漆的", point=HEXIYUAN_01), by=town.grid_worker, now=now
    )

    found = suggested(town, now)

    assert (found.kinds[0].alike, found.kinds[0].as_this) == (2, 2)
    assert len(found.near) == 1


def test_a_suggestion_writes_nothing(town, now, trained):
    actions.report(a_report(), by=town.grid_worker, now=now)
    before = (list(Matter.objects.values()), Entry.objects.count())

    suggested(town, now)

    assert (list(Matter.objects.values()), Entry.objects.count()) == before


def test_a_suggestion_takes_one_statement(town, now, trained, django_assert_num_queries):
    actions.report(a_report(), by=town.grid_worker, now=now)
    suggested(town, now)

    with django_assert_num_queries(1):
        suggested(town, now)


def test_nobody_learns_from_a_suggestion_what_lies_beyond_their_scope(town, now, trained):
    actions.report(a_report(template="D02", text=TEXT), by=town.grid_worker, now=now)

    found = queries.suggest(town.neighbouring_dispatcher, TEXT, *SONGYUAN_01, now)

    assert found.near == ()
    assert found.kinds[0].alike == 0


# --- the switch ------------------------------------------------------------------------------------------


def test_switched_off_nothing_is_suggested_until_it_is_on_again(town, now, trained):
    switch_off(by=town.system_admin, now=now)
    silent = suggested(town, now)

    switch_on(by=town.system_admin, now=now)

    assert (silent.basis, silent.kinds, silent.places, silent.near) == (Basis.OFF, (), (), ())
    assert queries.guess(TEXT)
    assert suggested(town, now).kinds


def test_the_switch_works_before_anything_was_learnt(town, now):
    switch_off(by=town.system_admin, now=now)

    assert suggested(town, now).kinds == ()


def test_training_does_not_turn_on_what_was_switched_off(town, now, trained):
    switch_off(by=town.system_admin, now=now)

    learn(SYSTEM, now)

    assert suggested(town, now).basis is Basis.OFF


def test_only_who_edits_the_rules_trains_and_switches(town, now, trained):
    for who in (town.dispatcher, town.security_admin, town.leader):
        with pytest.raises(NotAllowed):
            switch_off(by=who, now=now)
        with pytest.raises(NotAllowed):
            learn(who, now)

    assert suggested(town, now).kinds


def test_the_journal_knows_who_trained_and_switched_and_a_second_press_is_no_act(town, now, trained):
    switch_off(by=town.system_admin, now=now)
    switch_off(by=town.system_admin, now=now)

    entries = Entry.objects.filter(subject="suggester").order_by("seq")
    assert [(each.kind, each.actor) for each in entries] == [
        ("suggester.train", town.system_admin.ref),
        ("suggester.switch", town.system_admin.ref),
    ]


def test_the_last_few_trainings_are_kept(town, now):
    for _ in range(5):
        learn(SYSTEM, now)

    assert Suggester.objects.count() == 3


# --- what is learnt from ---------------------------------------------------------------------------------


def past(text: str, state: State = State.CLOSED, **more):
    closed = more.pop("closed", None)
    return a_report(text=text, past=Past(state, closed_at=closed, close_as=more.pop("close_as", None)), **more)


def test_secret_and_sealed_matters_are_never_read(town, now):
    told = [
        past("公开的事", closed=now),
        past("保密的事", closed=now, is_secret=True),
        past("监督的事", closed=now, template="I09"),
    ]
    actions.report_many(told, by=SYSTEM, now=now)

    assert [example.plain for example in examples.read()] == [folded("公开的事")]
    assert examples.count() == 1


def test_only_a_confirmed_kind_teaches(town, now):
    told = [
        past("办结", closed=now),
        past("在办", State.HANDLING),
        past("待受理", State.AWAITING_ACCEPTANCE),
        past("作废", State.VOIDED, closed=now),
        past("不受理", State.REFUSED, closed=now),
        past("差错结案", closed=now, close_as=CloseKind.MISTAKE),
    ]
    actions.report_many(told, by=SYSTEM, now=now)

    assert {example.plain for example in examples.read()} == {"办结", "在办"}


def test_names_of_places_are_not_learnt(town, now):
    actions.report_many([past("松园社区门口路灯不亮", closed=now)], by=SYSTEM, now=now)

    assert examples.read()[0].plain.split() == ["门口路灯不亮"]
