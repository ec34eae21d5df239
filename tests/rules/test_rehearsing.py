"""The dry run: it tells exactly what two routings, two deadlines, two templates tell one by one."""

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.small_city import AREAS, NEXT_RURAL, OFFICES, RURAL, TOWN, URBAN, a_rule, a_template, standing
from tongxin.apps.people.calendar import built
from tongxin.rules import deadlines
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.rehearsing import EXAMPLES, Effect, Scales, Seen, Tally
from tongxin.rules.routing import Case, route
from tongxin.rules.rulesets import ruleset
from tongxin.rules.working_time import SHANGHAI, due_at

CALENDAR = built({})
AT = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)


def seen(**told: object) -> Seen:
    plain = {
        "id": 1,
        "template": "C02",
        "urgency": Urgency.NORMAL,
        "usual": Urgency.NORMAL,
        "channel": "grid",
        "area": URBAN + "001",
        "reported_at": AT,
        "closed_at": None,
    }
    return Seen(**(plain | told))


def scales(now, would) -> Scales:
    return Scales(ruleset(now), ruleset(would), OFFICES, CALENDAR)


def tallied(now, would, *matters: Seen) -> Tally:
    tally = Tally()
    scales(now, would).weigh(matters or [seen()], tally)
    return tally


def effects(now, would, **told: object) -> set[Effect]:
    return set(scales(now, would).pair(seen(**told)).effects)


def test_the_same_rules_differ_in_nothing():
    tally = tallied(standing(), standing(), seen(), seen(template="A01", area=RURAL))

    assert (tally.asked, tally.different) == (2, 0)
    assert not tally.effects


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"limit": "3wd"}, {Effect.LIMIT, Effect.DUE}),
        ({"limit": "7wh"}, {Effect.LIMIT}),
        ({"limit": "1wd", "level": "V"}, {Effect.LEVEL}),
        ({"urgency": "U"}, {Effect.URGENCY, Effect.CLOCKS}),
        ({"is_sealed": True}, {Effect.SEALED}),
        ({"after_photos": 2}, {Effect.PHOTOS}),
        ({"may_settle": False}, {Effect.SETTLE}),
        ({"name": "垃圾", "keywords": []}, set()),
    ],
)
def test_each_change_of_a_template_is_told_as_what_it_does(columns, told):
    assert effects(standing(), standing(C02=a_template(**columns))) == told
    assert effects(standing(), standing(C02=a_template(**columns)), template="C06") == set()


def test_another_rule_that_leads_to_the_same_unit_is_told_apart_from_another_unit():
    same = [a_rule("X", "sanitation"), *standing().routing]
    other = [a_rule("X", "village_station", "V", village_kinds=["villagers"]), *standing().routing]

    assert effects(standing(), standing(routing=same)) == {Effect.RULE}
    assert effects(standing(), standing(routing=other), area=RURAL) == {Effect.RULE, Effect.UNIT}
    assert effects(standing(), standing(routing=other), area=URBAN) == set()


def test_what_was_pressed_stays_pressed_and_what_was_not_follows_the_template():
    milder = standing(C02=a_template(urgency="U")), standing(C02=a_template(urgency="N"))

    assert Effect.URGENCY in effects(*milder, urgency=Urgency.URGENT, usual=Urgency.URGENT)
    assert Effect.URGENCY not in effects(*milder, urgency=Urgency.URGENT, usual=Urgency.NORMAL)


def test_a_changed_limit_of_a_clock_concerns_only_its_urgency():
    would = standing(book={"limits": {"sign": {"U": "30m"}}})

    assert effects(standing(), would) == set()
    assert effects(standing(), would, urgency=Urgency.URGENT) == {Effect.CLOCKS}


def test_units_gain_what_others_lose():
    would = standing(routing=[a_rule("X", "village_station", "V", templates=["C02"]), *standing().routing])

    tally = tallied(standing(), would, seen(area=URBAN), seen(area=RURAL), seen(area=NEXT_RURAL), seen(template="C06"))

    assert tally.moves == {"5>7": 1, "5>8": 1}
    assert dict(tally.units) == {"7": [1, 0], "8": [1, 0], "5": [0, 2]}
    assert tally.rules == {"C02-1>X": 2}
    assert dict(tally.templates) == {"C02": [3, 2], "C06": [1, 0]}


def test_a_shorter_limit_is_earlier_and_tells_who_would_have_been_late():
    would = standing(C02=a_template(limit="2wh"))
    due = due_at(AT, deadlines.whole(ruleset(would).templates["C02"].limit), CALENDAR).at
    longer = standing(C02=a_template(limit="5wd"))

    kept, missed = seen(closed_at=due), seen(closed_at=due + timedelta(minutes=1))
    tally = tallied(longer, would, kept, missed, seen())

    assert tally.due == {"earlier": 3}
    assert tally.late == {"more": 1}
    assert tallied(would, longer, kept, missed, seen()).late == {"less": 1}


def test_a_matter_of_a_template_that_is_gone_is_counted_apart():
    tally = tallied(standing(), standing(), seen(template="Z99"), seen())

    assert (tally.asked, tally.unknown) == (1, 1)


def test_a_matter_from_before_the_calendar_is_counted_without_a_due_moment():
    tally = tallied(
        standing(), standing(C02=a_template(limit="3wd")), seen(reported_at=datetime(1990, 1, 1, tzinfo=SHANGHAI))
    )

    assert tally.due == {"unknown": 1}


def test_examples_are_few():
    many = [seen(id=number) for number in range(EXAMPLES + 5)]

    tally = tallied(standing(), standing(C02=a_template(limit="4wh")), *many)

    assert tally.examples["limit"] == list(range(EXAMPLES))


# --- any rules, any matters ----------------------------------------------------------------------------------

rules = st.lists(
    st.builds(
        lambda kind, level, templates, channels, areas, grounds: {
            "target": {"kind": kind, "level": level},
            "match": {"templates": templates, "channels": channels, "areas": areas, "village_kinds": grounds},
        },
        st.sampled_from(["sanitation", "parks", "village_station", "police"]),
        st.sampled_from("GVTCY"),
        st.lists(st.sampled_from(["C", "C02", "A"]), max_size=1),
        st.lists(st.sampled_from(["grid", "hotline"]), max_size=1),
        st.lists(st.sampled_from([*AREAS, URBAN + "001"]), max_size=1),
        st.lists(st.sampled_from(["villagers", "residents"]), max_size=1),
    ),
    max_size=4,
).map(
    lambda rows: [
        a_rule(f"R{n}", row["target"]["kind"], row["target"]["level"], **row["match"]) for n, row in enumerate(rows)
    ]
)
matters = st.lists(
    st.builds(
        Seen,
        st.integers(1, 99),
        st.sampled_from(["C02", "C06", "A01", "Z99"]),
        st.sampled_from(Urgency),
        st.just(Urgency.NORMAL),
        st.sampled_from([Channel.GRID.value, Channel.HOTLINE.value]),
        st.sampled_from([*AREAS, URBAN + "001", URBAN + "002", RURAL + "001"]),
        st.just(AT),
        st.none() | st.just(AT + timedelta(days=3)),
    ),
    max_size=12,
)


@given(rules, rules, matters)
def test_the_units_told_are_those_that_routing_one_by_one_tells(before, after, some):
    now, would = standing(routing=before), standing(routing=after)
    both = scales(now, would)

    for matter in some:
        pair = both.pair(matter)
        if matter.template not in now.templates:
            assert pair is None
            continue
        case = Case(
            matter.template, now.templates[matter.template]["level"], matter.urgency, matter.channel, matter.area
        )
        assert (pair.before.unit_id, pair.before.rule) == route(case, ruleset(now).rules, OFFICES)[:2]
        assert (pair.after.unit_id, pair.after.rule) == route(case, ruleset(would).rules, OFFICES)[:2]


@given(rules, rules, matters, st.integers(0, 12))
def test_a_run_broken_off_anywhere_and_gone_on_with_counts_the_same(before, after, some, cut):
    both = scales(standing(routing=before), standing(C02=a_template(limit="2wh"), routing=after))
    whole = Tally()
    both.weigh(some, whole)

    first = Tally()
    both.weigh(some[:cut], first)
    rest = Tally.of(json.loads(json.dumps(first.as_json())))
    both.weigh(some[cut:], rest)

    assert rest.as_json() == whole.as_json()


@given(rules, rules, matters)
def test_what_is_gained_is_lost_elsewhere(before, after, some):
    tally = tallied(standing(routing=before), standing(routing=after), *some)

    gains, losses = (sum(pair[n] for pair in tally.units.values()) for n in (0, 1))
    assert gains == losses == sum(tally.moves.values()) == tally.effects["unit"]
    assert tally.asked == sum(asked for asked, _ in tally.templates.values())
    assert tally.asked + tally.unknown == max(len(some), tally.asked)


def test_a_county_wide_area_still_falls_to_who_stands_there():
    assert tallied(standing(), standing(), seen(area=TOWN), seen(area="3308")).asked == 2
