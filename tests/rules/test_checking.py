"""Checking rules: every fault is found, told with where it is, and no standing fault holds up a mending."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.small_city import (
    AREAS,
    GROUND,
    NEXT_RURAL,
    NEXT_TOWN,
    OFFICES,
    TOWN,
    a_rule,
    a_template,
    standing,
)
from tongxin.rules.channels import Channel
from tongxin.rules.checking import Finding, check, duplicates, personal
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.routing import Case, route
from tongxin.rules.rulesets import ruleset
from tongxin.rules.units import UnitKind


def found(now, would, ground=GROUND) -> list[Finding]:
    return check(ruleset(now), ruleset(would), ground)


def of(findings: list[Finding], code: str) -> list[Finding]:
    return [finding for finding in findings if finding.code == f"finding.{code}"]


def without(*gone: tuple[UnitKind, str]):
    return GROUND._replace(offices={key: unit for key, unit in OFFICES.items() if key not in gone})


def test_the_small_city_has_no_fault_but_the_station_the_next_town_lacks():
    findings = found(standing(), standing())

    assert [(finding.code, finding.facts["places"]) for finding in findings] == [
        ("finding.only_fallback", [NEXT_RURAL])
    ]


def test_a_clock_without_limit_is_a_dead_end():
    rules = ruleset(standing())
    limits = {clock: row for clock, row in rules.book.limits.items() if clock is not Clock.CHECK}
    object.__setattr__(rules.book, "limits", limits)

    findings = of(check(ruleset(standing()), rules, GROUND), "no_limit")

    assert {finding.facts["urgency"] for finding in findings} == {"N", "U", "E"}
    assert all(finding.is_fatal for finding in findings)


def test_a_template_whose_units_stand_nowhere_is_a_dead_end():
    findings = of(found(standing(), standing(C02=a_template(unit_kinds=["transit"]))), "no_units")

    assert [(finding.facts["template"], finding.is_fatal) for finding in findings] == [("C02", True)]


def test_a_fault_that_stands_already_forbids_nothing():
    broken = standing(C02=a_template(unit_kinds=["transit"]))

    findings = of(found(broken, broken), "no_units")

    assert [(finding.is_fatal, finding.stands) for finding in findings] == [(False, True)]


def test_fatal_findings_come_first_and_standing_ones_last():
    findings = found(standing(), standing(C02=a_template(unit_kinds=["transit"], limit="1h")))

    ranks = [(not finding.is_fatal, finding.stands) for finding in findings]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 3


def test_a_town_where_nobody_accepts_anything_is_told():
    top = [(UnitKind.CITY_CENTER, "3308"), (UnitKind.COUNTY_CENTER, "330802")]
    ground = without(*top, (UnitKind.COMMAND_ROOM, NEXT_TOWN))

    findings = of(found(standing(), standing(), ground), "no_desk")

    assert [(each.facts["count"], each.facts["total"], each.facts["places"]) for each in findings] == [
        (1, 2, [NEXT_TOWN])
    ]


def test_places_that_fall_to_the_command_room_are_counted_with_examples():
    gone = [a_rule("C02-1", "sanitation", templates=["C02"], areas=[TOWN])]

    findings = of(found(standing(), standing(routing=gone)), "only_fallback")

    refuse = next(finding for finding in findings if finding.facts["template"] == "C02")
    assert (refuse.facts["count"], refuse.facts["total"], refuse.facts["places"]) == (1, 2, [NEXT_TOWN])
    assert not refuse.is_fatal


def test_a_way_of_reporting_that_no_rule_takes_is_found():
    only_grid = [a_rule("C02-1", "sanitation", templates=["C02"], channels=["grid"])]

    findings = of(found(standing(), standing(routing=only_grid)), "only_fallback")

    assert any(finding.facts["template"] == "C02" and finding.facts["count"] == 2 for finding in findings)


def test_a_rule_for_rural_ground_leaves_urban_ground_to_the_fallback():
    rural = [
        *standing().routing[:2],
        a_rule("A01-1", "village_station", "V", templates=["A01"], village_kinds=["villagers"]),
    ]

    findings = of(found(standing(), standing(routing=rural)), "only_fallback")

    assert [finding.facts["count"] for finding in findings if finding.facts["template"] == "A01"] == [2]


def test_a_rule_behind_one_that_always_answers_never_speaks():
    rules = [*standing().routing, a_rule("C02-2", "command_room", templates=["C02"], channels=["hotline"])]

    findings = of(found(standing(), standing(routing=rules)), "shadowed")

    assert [(finding.facts["rule"], finding.facts["by"]) for finding in findings] == [("C02-2", ["C02-1"])]


def test_a_rule_behind_one_that_finds_nobody_somewhere_speaks_there():
    rules = [*standing().routing, a_rule("A01-2", "sanitation", templates=["A01"])]

    assert of(found(standing(), standing(routing=rules)), "shadowed") == []


@pytest.mark.parametrize(
    "wider", [{"channels": ["grid"]}, {"urgencies": ["U"]}, {"areas": [TOWN]}, {"village_kinds": ["residents"]}]
)
def test_a_rule_behind_a_narrower_one_still_speaks(wider):
    rules = [a_rule("N", "sanitation", templates=["C02"], **wider), *standing().routing]

    assert of(found(standing(), standing(routing=rules)), "shadowed") == []


def test_a_rule_at_rest_neither_speaks_nor_covers():
    rules = [a_rule("R", "sanitation", templates=["C"], is_active=False), *standing().routing]

    assert of(found(standing(), standing(routing=rules)), "shadowed") == []


@pytest.mark.parametrize(
    "match", [{"templates": ["Z"]}, {"areas": ["999999"]}, {"templates": ["C02"], "levels": ["Y"]}]
)
def test_a_rule_that_matches_nothing_is_told(match):
    rules = [a_rule("X", "sanitation", **match), *standing().routing]

    findings = of(found(standing(), standing(routing=rules)), "matches_nothing")

    assert [finding.facts["rule"] for finding in findings] == ["X"]


def test_a_rule_that_looks_for_units_that_stand_nowhere_is_told():
    rules = [a_rule("X", "transit", templates=["C02"]), *standing().routing]

    findings = of(found(standing(), standing(routing=rules)), "finds_nobody")

    assert [(finding.facts["rule"], finding.facts["kind"]) for finding in findings] == [("X", "transit")]


@pytest.mark.parametrize(
    ("new", "is_told"), [("4wh", True), ("13h", False), ("12h", False), ("11h", True), ("2wd", False)]
)
def test_a_handling_limit_cut_by_more_than_half_is_told(new, is_told):
    findings = of(found(standing(), standing(C02=a_template(limit=new))), "template_halved")

    assert bool(findings) is is_told


def test_a_handling_limit_that_signing_may_use_up_is_told():
    findings = of(found(standing(), standing(C02=a_template(limit="1wh"))), "shorter_than_sign")

    assert [finding.facts["limit"] for finding in findings] == ["1wh"]


def test_a_sub_limit_longer_than_the_whole_handling_is_told():
    extra = [{"name": "停工", "name_en": "Stop work", "limit": "4wd"}]

    findings = of(found(standing(), standing(C02=a_template(extra_limits=[extra[0]]))), "extra_longer")

    assert [finding.facts["name"] for finding in findings] == ["停工"]


def test_a_setting_cut_by_more_than_half_is_told():
    findings = of(found(standing(), standing(book={"limits": {"check": {"N": "4h"}}})), "setting_halved")

    assert [(finding.facts["field"], finding.facts["old"]) for finding in findings] == [("limits.check.N", "1wd")]


def test_a_wider_ring_with_less_time_is_told():
    findings = of(found(standing(), standing(book={"levels": {"C": "4wd"}})), "levels_disordered")

    assert [(finding.facts["below"], finding.facts["above"]) for finding in findings] == [("T", "C")]


def test_a_code_is_used_once():
    twice = [a_rule("X", "parks"), a_rule("X", "police"), a_rule("Y", "parks")]

    assert [finding.facts for finding in duplicates(twice)] == [{"rule": "X", "count": 2}]


@pytest.mark.parametrize("title", ["姓名", "身份证号", "业主手机", "车牌号", "联系电话"])
def test_a_form_that_asks_who_somebody_is_is_forbidden(title):
    findings = list(personal("C02", {"properties": {"x": {"title": title}, "y": {"title": "数量"}}}))

    assert [(finding.facts["fields"], finding.is_fatal) for finding in findings] == [([title], True)]


def test_a_form_about_the_matter_is_no_finding():
    assert list(personal("C02", a_template()["form"])) == []


# --- any table: what the check says is what routing does -----------------------------------------------------

tables = st.lists(
    st.builds(
        lambda kind, level, templates, channels, urgencies, areas, grounds: (
            kind,
            level,
            {
                "templates": templates,
                "channels": channels,
                "urgencies": urgencies,
                "areas": areas,
                "village_kinds": grounds,
            },
        ),
        st.sampled_from(["sanitation", "parks", "village_station", "police", "command_room"]),
        st.sampled_from("VTCY"),
        st.lists(st.sampled_from(["C", "C02", "A"]), max_size=2),
        st.lists(st.sampled_from(["grid", "hotline"]), max_size=1),
        st.lists(st.sampled_from("NUE"), max_size=1),
        st.lists(st.sampled_from(AREAS), max_size=1),
        st.lists(st.sampled_from(["villagers", "residents"]), max_size=1),
    ),
    max_size=5,
).map(lambda rows: [a_rule(f"R{n}", kind, level, **match) for n, (kind, level, match) in enumerate(rows)])


SOME = (Channel.GRID, Channel.HOTLINE, Channel.POLICE)


def ways(template: str) -> list[Case]:
    """Return the ways in which a template of normal urgency may be reported that rules here tell apart."""
    level = standing().templates[template]["level"]
    return [Case(template, level, urgency, channel, "") for urgency in Urgency for channel in SOME]


@given(tables)
def test_places_that_fall_to_the_fallback_are_those_where_routing_falls_back(table):
    rows = standing(routing=table)
    rules = ruleset(rows).rules
    told = {each.facts["template"]: each.facts["count"] for each in of(found(standing(), rows), "only_fallback")}

    for template, columns in rows.templates.items():
        width = 12 if columns["level"] == "V" else 9
        fallen = {
            area
            for area in AREAS
            if len(area) == width
            and any(route(way._replace(area=area), rules, OFFICES).rule is None for way in ways(template))
        }
        assert told.get(template, 0) == len(fallen)


@settings(max_examples=40)
@given(tables)
def test_a_rule_said_to_be_silent_answers_no_case(table):
    rows = standing(routing=table)
    rules = ruleset(rows).rules
    silent = {
        finding.facts["rule"]
        for code in ("shadowed", "matches_nothing", "finds_nobody")
        for finding in of(found(standing(), rows), code)
    }

    cases = [way._replace(area=area) for template in rows.templates for way in ways(template) for area in AREAS]
    speaking = {route(case, rules, OFFICES).rule for case in cases}

    assert not silent & speaking
