"""openapi.json is the contract: complete, derived from the rules, and equal to the committed one."""

import json
import re
from datetime import date, timedelta

import pytest
from django.test import Client

from tongxin.interfaces.api.management.commands.openapi import SNAPSHOT, description
from tongxin.interfaces.api.v1.described import CURSOR
from tongxin.rules.deadlines import Urgency
from tongxin.rules.lifecycles.matter import Act, CloseKind, Ground, State

OPEN_TO_HOLDERS = {
    "joinMatter", "recoverReceipt", "readReceipt", "proveReceipt", "sendReceiptCode", "fetchReceiptPhoto",
}  # fmt: skip


@pytest.fixture(scope="module")
def described():
    return json.loads(description())


def operations(described):
    return [(path, method, told) for path, methods in described["paths"].items() for method, told in methods.items()]


def test_the_description_equals_the_committed_one():
    assert SNAPSHOT.read_text(encoding="utf-8") == description(), "tongxin openapi --write"


def test_the_description_is_served_to_anybody():
    answer = Client().get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.json() == json.loads(description())


def test_every_field_and_parameter_is_described_in_two_languages(described):
    fields = [
        (name, field, told)
        for name, schema in described["components"]["schemas"].items()
        for field, told in schema.get("properties", {}).items()
    ]
    parameters = [
        (path, each["name"], each)
        for path, _, told in operations(described)
        for each in told["parameters"]
        if each["in"] != "path"
    ]

    missing = [(where, name) for where, name, told in fields + parameters if " | " not in told.get("description", "")]
    assert fields and parameters
    assert missing == []


def test_every_operation_is_named_summed_up_and_lists_its_problems(described):
    for path, method, told in operations(described):
        assert " | " in told["summary"], path
        assert told["description"] and told["operationId"] and told["tags"]
        assert told["security"] == _asked_of(path, told["operationId"]), path
        assert ("401" in told["responses"]) == bool(told["security"]) and "500" in told["responses"]
        for status, answer in told["responses"].items():
            are_problems = {each == "application/problem+json" for each in answer["content"]}
            assert are_problems == {int(status) >= 400}, (path, method, status)


def test_who_takes_a_body_says_how_one_is_refused_and_who_names_a_thing_that_it_may_be_missing(described):
    for path, method, told in operations(described):
        wanted = {"400", "413", "422"} if "requestBody" in told else set()
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"403"} if method != "get" else set()

        assert wanted <= set(told["responses"]), (path, method)


def _asked_of(path, name):
    """Return by what each caller is known: at receipts by the receipt's key, else by an API key."""
    if name in OPEN_TO_HOLDERS:
        return []
    return [{"ReceiptKey": []}] if "/receipts" in path else [{"Header": []}, {"Bearer": []}]


def test_every_reference_leads_somewhere(described):
    text = json.dumps(described)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert names <= set(described["components"]["schemas"])


@pytest.mark.parametrize("members", [Act, State, Ground, CloseKind, Urgency])
def test_enums_are_those_of_the_rules(described, members):
    assert set(described["components"]["schemas"][members.__name__]["enum"]) == {each.value for each in members}


def test_the_description_is_openapi_3_1_and_names_no_host(described):
    assert described["openapi"] == "3.1.0"
    assert described["servers"] == []
    assert "://" not in json.dumps(described["paths"])


def test_a_cursor_as_described_names_a_day_that_there_is():
    def is_let_in(day):
        return bool(re.search(CURSOR, f"{day}T09:30:00+08:00~7"))

    every = [date(2000, 1, 1) + timedelta(days=n) for n in range(36_524)]

    assert all(is_let_in(day.isoformat()) for day in every)
    for year in range(2000, 2100):
        assert is_let_in(f"{year}-02-29") == (year % 4 == 0)
    assert not any(map(is_let_in, ("2026-02-30", "2026-04-31", "2026-13-01", "2026-00-10")))
