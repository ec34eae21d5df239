"""Drafts of rules: what they say, what they make of the rules in force, and how two changes of one table meet."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.small_city import a_rule, a_template, standing
from tongxin.rules import drafts
from tongxin.rules.drafts import Edit, Part, applied, differences, edited, is_empty, read, rebased, what_was
from tongxin.rules.errors import Invalid
from tongxin.rules.rulesets import COLUMNS


def told(found: list[drafts.Difference]) -> list[tuple[str, str, Any, Any]]:
    return [(one.key, one.field, one.old, one.new) for one in found]


def codes(rules: list[Any]) -> list[str]:
    return [row["code"] for row in rules]


# --- reading -----------------------------------------------------------------------------------------------


def test_what_changes_nothing_falls_out_of_a_draft():
    now = standing()

    kept = read({"templates": {"C02": a_template()}, "routing": list(now.routing), "book": {"households": 5}}, now)

    assert is_empty(kept)


def test_a_draft_keeps_the_changed_columns_and_what_stood_there():
    kept = read({"templates": {"C02": a_template(limit="4wh")}}, standing())

    assert kept["templates"] == {"C02": {"limit": "4wh"}}
    assert kept["was"]["templates"] == {"C02": {"limit": "1wd"}}


def test_a_new_template_needs_all_its_columns():
    whole = a_template(name="共享单车乱停")

    assert read({"templates": {"C99": whole}}, standing())["templates"]["C99"].keys() == COLUMNS.keys()
    for name in COLUMNS:
        with pytest.raises(Invalid) as refusal:
            read({"templates": {"C99": {key: value for key, value in whole.items() if key != name}}}, standing())
        assert refusal.value.facts["what"] == name


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", " "),
        ("name", "字" * 81),
        ("limit", "soon"),
        ("urgency", "X"),
        ("level", "Z"),
        ("before_photos", -1),
        ("after_photos", 10),
        ("after_photos", True),
        ("may_settle", "yes"),
        ("keywords", "垃圾"),
        ("unit_kinds", ["circus"]),
        ("extra_limits", [{"name": "停工", "limit": "never"}]),
        ("extra_limits", [{"limit": "4wh"}]),
        ("form", []),
        ("samples", ["一段话"]),
        ("filing_condition", "\x00"),
        ("colour", "red"),
    ],
)
def test_a_column_that_cannot_be_read_is_refused_by_its_name(column, value):
    with pytest.raises(Invalid) as refusal:
        read({"templates": {"C02": {column: value}}}, standing())

    assert (refusal.value.facts["template"], refusal.value.facts["what"]) == ("C02", column)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("match", {"weather": ["rain"]}),
        ("match", {"urgencies": ["X"]}),
        ("match", {"village_kinds": ["forest"]}),
        ("match", {"levels": ["Q"]}),
        ("match", []),
        ("target", {"kind": "circus", "level": "T"}),
        ("target", {"kind": "police"}),
        ("why", "字" * 201),
        ("is_active", 1),
        ("code", ""),
        ("code", "LONGER-THAN-12"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_by_its_field(field, value):
    row = {"code": "X-1", "match": {}, "target": {"kind": "police", "level": "T"}, "why": "", field: value}

    with pytest.raises(Invalid) as refusal:
        read({"routing": [row]}, standing())

    assert refusal.value.code == "routing.invalid"
    assert refusal.value.facts["what"] == field


@pytest.mark.parametrize("draft", [[], {"weather": {}}, {"templates": []}, {"routing": {}}, {"book": []}])
def test_what_is_no_draft_is_refused(draft):
    with pytest.raises(Invalid):
        read(draft, standing())


def test_extra_limits_are_kept_as_data():
    stop = {"name": "停工", "name_en": "Stop work", "limit": "4wh"}

    kept = read({"templates": {"C02": {"extra_limits": [stop]}}}, standing())

    assert kept["templates"]["C02"]["extra_limits"] == [stop]


# --- what it makes of the rules ------------------------------------------------------------------------------


def test_what_a_draft_does_not_name_stays_as_it_is():
    now = standing(book={"households": 6})

    would = applied(read({"templates": {"C02": {"limit": "4wh"}}, "book": {"reopen_days": 20}}, now), now)

    assert would.templates["C02"] == now.templates["C02"] | {"limit": "4wh"}
    assert would.templates["C06"] == now.templates["C06"]
    assert would.routing == now.routing
    assert would.book == {"households": 6, "reopen_days": 20}


def test_a_setting_can_go_back_to_its_default():
    now = standing(book={"households": 6})

    would = applied(read({"book": {"households": 5}}, now), now)

    assert would.book == {}


def test_differences_tell_each_field_old_and_new():
    now = standing()
    draft = read({"templates": {"C02": {"limit": "4wh", "after_photos": 2}}, "book": {"amber": {"share": 60}}}, now)

    assert told(differences(now, applied(draft, now))) == [
        ("C02", "limit", "1wd", "4wh"),
        ("C02", "after_photos", 1, 2),
        ("", "amber.share", 70, 60),
    ]


def test_only_the_rule_that_was_moved_is_said_to_have_moved():
    rules = [a_rule(code, "sanitation") for code in "ABCDE"]
    now = standing(routing=rules)

    moved = [rules[4], *rules[:4]]

    assert told(differences(now, now._replace(routing=moved))) == [("E", "position", 5, 1)]


def test_a_rule_that_came_one_that_went_and_one_that_changed():
    rules = [a_rule(code, "sanitation") for code in "ABC"]
    would = [rules[0], a_rule("N", "parks"), a_rule("C", "parks", templates=["C06"])]

    found = differences(standing(routing=rules), standing(routing=would))

    assert [(one.key, one.field) for one in found] == [
        ("B", ""),
        ("N", ""),
        ("C", "match.templates"),
        ("C", "target.kind"),
    ]
    assert found[0].new is None
    assert found[1].old is None
    assert found[1].new["position"] == 2


def test_a_published_draft_still_tells_what_there_was_before():
    now = standing(book={"households": 6})
    draft = read({"templates": {"C02": {"limit": "4wh"}}, "routing": now.routing[:1], "book": {"households": 7}}, now)

    assert told(what_was(draft)) == told(differences(now, applied(draft, now)))


# --- edits ---------------------------------------------------------------------------------------------------


def test_an_edit_writes_one_thing_and_leaves_the_rest_of_the_draft():
    now = standing()
    draft = read({"templates": {"C02": {"limit": "4wh"}}, "book": {"households": 7}}, now)

    more = read(edited(draft, Edit(templates={"C02": {"after_photos": 3}}, settings={"amber.share": 60}), now), now)

    assert more["templates"] == {"C02": {"limit": "4wh", "after_photos": 3}}
    assert more["book"] == {"households": 7, "amber": {"share": 60}}


def test_an_edit_can_take_each_thing_back():
    now = standing()
    new = a_rule("N", "parks")
    draft = read(
        {"templates": {"C02": {"limit": "4wh"}}, "routing": [new, *now.routing[1:]], "book": {"households": 7}}, now
    )

    back = Edit({"C02": None}, {"C02-1": (None, None), "N": (None, None)}, settings={"households": None})

    assert is_empty(read(edited(draft, back, now), now))


@pytest.mark.parametrize(("place", "order"), [(1, "NABC"), (2, "ANBC"), (4, "ABCN"), (99, "ABCN"), (None, "ABCN")])
def test_a_new_rule_takes_the_place_it_is_given(place, order):
    now = standing(routing=[a_rule(code, "sanitation") for code in "ABC"])

    draft = edited({}, Edit(rules={"N": (a_rule("N", "parks"), place)}), now)

    assert "".join(codes(draft["routing"])) == order


def test_a_known_rule_keeps_its_place_unless_it_is_given_another():
    now = standing(routing=[a_rule(code, "sanitation") for code in "ABC"])

    changed = edited({}, Edit(rules={"B": (a_rule("B", "parks"), None)}), now)
    moved = edited({}, Edit(rules={"B": (a_rule("B", "parks"), 1)}), now)
    gone = edited({}, Edit(dropped=("B",)), now)

    assert ["".join(codes(each["routing"])) for each in (changed, moved, gone)] == ["ABC", "BAC", "AC"]


# --- two changes of one thing --------------------------------------------------------------------------------


def test_a_rebased_draft_keeps_its_change_and_takes_the_others():
    old = standing()
    mine = read({"templates": {"C02": {"limit": "4wh"}}, "book": {"households": 7}}, old)
    now = standing(C02=a_template(after_photos=2), book={"reopen_days": 20})

    draft, clashes = rebased(mine, now)

    assert applied(draft, now).templates["C02"] == a_template(limit="4wh", after_photos=2)
    assert applied(draft, now).book == {"households": 7, "reopen_days": 20}
    assert clashes == []


def test_where_both_changed_one_field_ours_stays_and_theirs_is_told():
    mine = read({"templates": {"C02": {"limit": "4wh"}}, "book": {"households": 7}}, standing())

    draft, clashes = rebased(mine, standing(C02=a_template(limit="2wd"), book={"households": 9}))

    assert told(clashes) == [("C02", "limit", "2wd", "4wh"), ("", "households", 9, 7)]
    assert draft["templates"] == {"C02": {"limit": "4wh"}}
    assert draft["was"]["templates"] == {"C02": {"limit": "2wd"}}


def test_what_others_published_just_so_is_no_change_any_more():
    mine = read({"templates": {"C02": {"limit": "4wh"}}}, standing())

    draft, clashes = rebased(mine, standing(C02=a_template(limit="4wh")))

    assert is_empty(draft)
    assert clashes == []


def test_rules_of_both_stand_in_a_merged_table():
    base = [a_rule(code, "sanitation") for code in "ABC"]
    mine = read({"routing": [base[0], a_rule("M", "parks"), *base[1:]]}, standing(routing=base))
    theirs = [a_rule("A", "parks"), base[1], base[2], a_rule("T", "parks")]

    draft, clashes = rebased(mine, standing(routing=theirs))

    assert codes(draft["routing"]) == ["A", "M", "B", "C", "T"]
    assert draft["routing"][0]["target"]["kind"] == "parks"
    assert clashes == []


def test_a_rule_both_changed_is_ours_and_told():
    base = [a_rule("A", "sanitation")]
    mine = read({"routing": [a_rule("A", "parks")]}, standing(routing=base))

    draft, clashes = rebased(mine, standing(routing=[a_rule("A", "police")]))

    assert [row["target"]["kind"] for row in draft["routing"]] == ["parks"]
    assert [(one.part, one.key) for one in clashes] == [(Part.ROUTING, "A")]


tables = st.lists(st.sampled_from("ABCDEFG"), unique=True, max_size=7).flatmap(
    lambda order: st.tuples(
        *(st.sampled_from(["sanitation", "parks"]).map(lambda kind, code=code: a_rule(code, kind)) for code in order)
    ).map(list)
)


@given(tables, tables, tables)
def test_a_merged_table_loses_no_change_of_either_side(base, ours, theirs):
    was, mine, now = ({row["code"]: row for row in rows} for rows in (base, ours, theirs))
    draft = read({"routing": ours}, standing(routing=base))

    merged, _ = rebased(draft, standing(routing=theirs))

    result = {row["code"]: row for row in applied(merged, standing(routing=theirs)).routing}
    for code in set(was) | set(mine) | set(now):
        changed_by_us = mine.get(code) != was.get(code)
        assert result.get(code) == (mine if changed_by_us else now).get(code)


@given(tables, tables)
def test_a_draft_rebased_on_the_rules_it_was_drafted_from_is_itself(base, ours):
    draft = read({"routing": ours}, standing(routing=base))

    assert rebased(draft, standing(routing=base)) == (draft, [])


@given(tables, tables)
def test_a_table_comes_out_as_it_was_written(base, ours):
    now = standing(routing=base)

    assert list(applied(read({"routing": ours}, now), now).routing) == ours
