"""The catalog: 133 kinds of matters that can be asked, routed and timed, and that ask nobody who they are."""

import csv
import importlib.util
import json
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.routing import Case, Rule, route
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import Limit

CATALOG = Path(__file__).resolve().parents[2] / "catalog"
LEVELS = {"G": Level.GRID, "V": Level.VILLAGE, "T": Level.TOWN, "C": Level.COUNTY, "Y": Level.CITY}
GRID = "330802001001001"
IDENTITY = [
    "姓名",
    "身份证",
    "证件号",
    "号牌",
    "车牌",
    "手机",
    "电话",
    "联系人",
    "住址",
    "出生",
    "性别",
    "民族",
    "宗教",
]
IDENTITY += ["政治面貌", "微信", "人脸", "银行卡", "账号", "name", "phone", "plate", "passport", "birth"]


def _read(name: str) -> dict:
    return json.loads((CATALOG / name).read_text(encoding="utf-8"))


TEMPLATES = _read("templates.json")["templates"]
RULES = [
    Rule(
        row["code"],
        kind=UnitKind(row["target"]["kind"]),
        level=LEVELS[row["target"]["level"]],
        **{key: tuple(values) for key, values in row["match"].items()},
    )
    for row in _read("routing.json")["rules"]
]
STANDS = [
    (UnitKind(each["kind"]), stand["level"], stand["name"])
    for each in _read("standard_units.json")["kinds"]
    for stand in each["stands"]
]
OFFICES = {(kind, GRID[: LEVELS[level]]): number for number, (kind, level, _) in enumerate(STANDS, start=1)}
each_template = pytest.mark.parametrize("template", TEMPLATES, ids=[each["code"] for each in TEMPLATES])


def test_what_is_loaded_is_what_the_sources_say():
    spec = importlib.util.spec_from_file_location("build", CATALOG / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)

    made = {name: build.text_of(content) for name, content in build.build().items()}

    assert made == {name: (CATALOG / name).read_text(encoding="utf-8") for name in made}


def test_there_are_133_templates_in_nine_classes():
    counts = Counter(template["class"] for template in TEMPLATES)

    assert counts == {"A": 16, "B": 22, "C": 24, "D": 14, "E": 13, "F": 14, "G": 8, "H": 12, "I": 10}
    assert [each["code"] for each in _read("templates.json")["classes"]] == list("ABCDEFGHI")


def test_the_table_and_the_templates_agree():
    with open(CATALOG / "event_templates.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    told = [(each["code"], each["name"], each["level"], each["urgency"]) for each in TEMPLATES]

    assert told == [(row["code"], row["name_zh"], row["level"], row["urgency"]) for row in rows]
    assert all(
        row["limit"].endswith(each["limit"]) or each["transfer_to"] for row, each in zip(rows, TEMPLATES, strict=True)
    )


@pytest.mark.parametrize("key", ["code", "name", "name_en", "filing_condition", "closing_condition"])
def test_no_two_templates_say_the_same(key):
    twice = [value for value, count in Counter(template[key] for template in TEMPLATES).items() if count > 1]

    assert twice == []


@each_template
def test_a_template_says_everything_in_both_languages(template):
    for key in ("name", "filing_condition", "closing_condition"):
        assert template[key].strip() and template[f"{key}_en"].strip().isascii()

    assert template["filing_condition"].endswith("。") and template["closing_condition"].endswith("。")
    assert 5 <= len(set(template["keywords"])) == len(template["keywords"]) <= 12
    assert len(template["samples"]) >= 2


@each_template
def test_a_template_can_be_timed_and_fits_its_columns(template):
    limits = [Limit.parse(template["limit"])] + [Limit.parse(extra["limit"]) for extra in template["extra_limits"]]

    assert all(limit.amount > 0 for limit in limits)
    assert Urgency(template["urgency"])
    assert template["transfer_to"] in ("", "110", "119")
    assert len(template["limit"]) <= 8 and len(template["name"]) <= 80 and len(template["name_en"]) <= 120


@each_template
def test_a_form_is_a_valid_schema_that_admits_nothing_else(template):
    form = template["form"]

    Draft202012Validator.check_schema(form)

    assert form["properties"] and form["additionalProperties"] is False
    assert 1 <= len(form["required"]) <= 2  # a report takes thirty seconds
    for key, field in form["properties"].items():
        assert key.isidentifier() and field["title"] and field["x-title-en"] and field["x-order"]
        assert field["type"] != "string" or "enum" in field or field["maxLength"] <= 120
        assert len(field.get("enum", ())) == len(set(field.get("enum", ()))) == len(field.get("x-enum-en", ()))


@each_template
def test_sample_reports_fit_the_form(template):
    validator = Draft202012Validator(template["form"])

    assert list(validator.iter_errors(template["samples"][0]["form"])) == []
    assert all(10 <= len(sample["text"]) <= 80 for sample in template["samples"])


@each_template
def test_no_form_asks_who_somebody_is(template):
    for key, field in template["form"]["properties"].items():
        asked = f"{key} {field['title']} {field['x-title-en']}".replace("（不采集号牌）", "").replace("(no plates)", "")

        assert [word for word in IDENTITY if word in asked.lower()] == []


@pytest.mark.parametrize("channel", list(Channel))
def test_every_matter_is_routed_by_a_rule_in_every_town(channel):
    cases = [Case(each["code"], each["level"], each["urgency"], channel, GRID) for each in TEMPLATES]

    unruled = [case.template for case in cases if route(case, RULES, OFFICES).rule is None]

    assert unruled == []


@each_template
def test_the_first_unit_named_is_the_one_that_gets_it(template):
    case = Case(template["code"], template["level"], template["urgency"], Channel.GRID, GRID)

    kind, _, _ = STANDS[route(case, RULES, OFFICES).unit_id - 1]

    assert kind == template["unit_kinds"][0]


def test_oversight_never_goes_to_those_it_is_about():
    for code in ("I01", "I02", "I09"):
        kinds = [rule.kind for rule in RULES if rule.templates == (code,)]

        assert UnitKind.VILLAGE_STATION not in kinds


def test_what_concerns_a_person_is_sealed():
    sealed = {template["code"] for template in TEMPLATES if template["is_sealed"]}

    assert sealed == {"A02", "A13", "F04", "F05", "F09", "H12", "I09"}
    assert all(bool(template["sealed_because"]) is template["is_sealed"] for template in TEMPLATES)


def test_only_simple_matters_near_home_are_settled_on_the_spot():
    settled = [template for template in TEMPLATES if template["may_settle"]]

    assert 10 <= len(settled) <= 20
    assert all(template["level"] in "GV" and not template["is_sealed"] for template in settled)
    assert not any(template["urgency"] == "E" or template["class"] == "A" for template in settled)


def test_no_emergency_waits_for_a_photo():
    assert all(template["before_photos"] == 0 for template in TEMPLATES if template["class"] == "H")


def test_every_kind_of_unit_stands_somewhere_under_one_name_each():
    assert {kind for kind, _, _ in STANDS} == set(UnitKind)
    assert len({name for _, _, name in STANDS}) == len(STANDS)


def test_a_unit_is_named_after_the_area_it_stands_at():
    place = {"V": "{village}", "T": "{town}", "C": "{county}", "Y": "{city}"}

    assert all(name.count("{") == 1 and place[level] in name for _, level, name in STANDS)


def test_rules_have_distinct_codes_and_say_why_in_both_languages():
    rows = _read("routing.json")["rules"]

    assert len({row["code"] for row in rows}) == len(rows)
    assert all(len(row["code"]) <= 12 and 0 < len(row["why"]) <= 200 and 0 < len(row["why_en"]) <= 200 for row in rows)
