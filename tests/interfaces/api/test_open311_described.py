"""Open311's openapi.json: equal to the committed one, complete, and the same as what the house reads and tells.

Beside this, whatever the tests of Open311 are answered is held against it on its way (`open311.DESCRIPTION`).
"""

import json
import re
from xml.etree import ElementTree as xml

import pytest
from django.test import Client

from tests.interfaces.api.open311 import BASE, DESCRIPTION, a_request, get, post
from tests.town import SONGYUAN_01
from tongxin.interfaces.api.management.commands.openapi import FOLDER, description
from tongxin.interfaces.api.open311.params import Params
from tongxin.interfaces.api.open311.urls import urlpatterns

DOCUMENT = DESCRIPTION.document
UNREAD = "not kept"  # as some of the standard's fields are described, and some of FixMyStreet's
FILES = {"media"}  # photos come under any name


@pytest.fixture
def key(caller):
    return caller("acceptor").key


@pytest.fixture
def read(monkeypatch):
    """Return the names of all parameters that are read from here on."""
    names, look_up = set(), Params.all
    monkeypatch.setattr(Params, "all", lambda self, name: (names.add(name), look_up(self, name))[1])
    return names


def operations():
    return [(path, method, told) for path, methods in DOCUMENT["paths"].items() for method, told in methods.items()]


def fields(told):
    """Return the parameters of an operation, of its address and of its forms."""
    forms = told.get("requestBody", {}).get("content", {}).values()
    named = {name: each for form in forms for name, each in form["schema"]["properties"].items()}
    return named | {each["name"]: each for each in told["parameters"] if each["in"] == "query"}


def test_it_equals_the_committed_one_and_is_served_to_anybody_under_the_endpoint():
    served = Client().get(f"{BASE}openapi.json")

    assert (FOLDER / "open311.json").read_text(encoding="utf-8") == description("open311"), "tongxin openapi --write"
    assert served.json() == DOCUMENT == json.loads(description("open311"))
    assert served["Access-Control-Allow-Origin"] == "*"
    assert f"<{BASE}openapi.json>" in get("discovery.json")["Link"]
    assert Client().post(f"{BASE}openapi.json").status_code == 405


def test_every_address_has_its_operation_and_every_operation_its_address():
    found = set()
    for path, methods in DOCUMENT["paths"].items():
        address = re.sub(r"{\w+}", "x", BASE + path[1:]).removeprefix("/api/open311/")
        pattern = next(each for each in urlpatterns if each.resolve(address))
        found.add(pattern)
        for method in ("get", "post", "put", "patch", "delete"):
            answers = DESCRIPTION.said_of(f"/api/open311/{address}", method)
            response = Client().generic(method, f"/api/open311/{address}")
            assert (method in methods) == (answers != {"405": None}) == (response.status_code != 405), (method, path)

    assert set(urlpatterns) - found == {urlpatterns[0], urlpatterns[-1]}  # the description, and what leads nowhere


@pytest.mark.django_db
def test_what_is_read_is_described_and_what_is_described_is_read(key, read):
    said = {"service_request_id": "KC1", "update_id": "1", "status": "OPEN", "updated_datetime": "2026-11-20"}
    reads = {
        "listRequestsJson": lambda: get("requests.json"),
        "listUpdatesJson": lambda: get("servicerequestupdates.json"),
        "getServiceJson": lambda: get("services/D02.json"),
        "reportJson": lambda: post("requests.json", a_request(key)),
        "tellUpdateJson": lambda: post("servicerequestupdates.json", said | {"description": "好", "api_key": key}),
    }
    told = {op["operationId"]: op for _, _, op in operations()}

    for name, ask in reads.items():
        read.clear()
        ask()
        wanted = {field for field, each in fields(told[name]).items() if UNREAD not in each["description"]}
        assert read == (wanted | {"api_key"}) - FILES, name


@pytest.mark.django_db
def test_the_example_of_a_report_is_taken_as_it_stands(key):
    [told] = [op for _, _, op in operations() if op["operationId"] == "reportJson"]

    for form in told["requestBody"]["content"].values():
        example = form["examples"]["whole"]["value"] | {"lat": SONGYUAN_01[1], "long": SONGYUAN_01[0]}
        assert post("requests.json", example | {"api_key": key}).status_code == 201


def test_every_field_and_parameter_is_described_in_two_languages():
    told = [(op["operationId"], name, each) for _, _, op in operations() for name, each in fields(op).items()]
    told += [
        (shape, name, each) for shape, schema in DOCUMENT["components"]["schemas"].items()
        for name, each in schema.get("properties", {}).items()
    ]  # fmt: skip

    assert len(told) > 100
    assert [(where, name) for where, name, each in told if " | " not in each["description"]] == []
    assert len({op["operationId"] for _, _, op in operations()}) == len(operations())


@pytest.mark.django_db
def test_xml_read_by_the_description_alone_says_what_json_says(key):
    number = post("requests.json", a_request(key, media_url="https://example.org/a.jpg")).json()[0][
        "service_request_id"
    ]
    paths = ["discovery", "services", "services/B15", "services/C02", "requests", f"requests/{number}", "requests/KC0"]

    for path in paths:
        in_json, in_xml = (get(f"{path}.{form}", api_key=key) for form in ("json", "xml"))
        answers = DESCRIPTION.said_of(f"{BASE}{path}.xml", "GET")[str(in_xml.status_code)]
        read = DESCRIPTION.from_xml(xml.fromstring(in_xml.content), answers["content"]["text/xml"]["schema"])

        assert read == _without_nothing(in_json.json()), path


def _without_nothing(told):
    """Return what JSON says without what is null there: in XML it is absent."""
    if isinstance(told, dict):
        return {name: _without_nothing(each) for name, each in told.items() if each is not None}
    return [_without_nothing(each) for each in told] if isinstance(told, list) else told


def test_an_answer_that_is_not_described_would_be_found(monkeypatch):
    monkeypatch.setattr("tongxin.interfaces.api.open311.door.STATUS", {404: 418})

    with pytest.raises(AssertionError, match="418"):
        get("requests/KC0.json", jurisdiction_id="elsewhere")
