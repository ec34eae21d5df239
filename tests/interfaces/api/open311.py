"""A client of Open311: requests as the standard writes them, answers read the way its users read them.

Every answer is held against openapi.json on its way.
"""

from typing import Any
from urllib.parse import quote_plus
from xml.etree import ElementTree as xml

from django.http import HttpResponse
from django.test import Client

from tests import town as towns
from tests.interfaces.api.described import Description
from tongxin.interfaces.api.open311 import described

BASE = "/api/open311/v2/"
TEST = "/api/open311/test/v2/"
DESCRIPTION = Description(described.description())


def get(path: str, base: str = BASE, **query: Any) -> HttpResponse:
    return DESCRIPTION.check(Client().get(base + path, query))


def post(path: str, form: Any, base: str = BASE, **headers: str) -> HttpResponse:
    """Send a form as most clients do, urlencoded; `headers` with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    encoded = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in _pairs(form))
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    return DESCRIPTION.check(Client().post(base + path, encoded, content_type=kind, headers=named))


def a_request(key: str = "", **changes: Any) -> dict[str, Any]:
    """Return a plain request: refuse on the street in the first grid of 松园."""
    lon, lat = changes.pop("point", towns.SONGYUAN_01)
    told = {"service_code": "C02", "lat": lat, "long": lon, "description": "菜场出来那个垃圾箱旁边堆了好多垃圾。"}
    told |= {"attribute[amount]": "一堆", "attribute[kind]": "生活垃圾"}
    return told | ({"api_key": key} if key else {}) | changes


def simple(response: HttpResponse) -> Any:
    """Read XML the way XML::Simple does: one child is its text, several of one name a list, an empty one an object."""
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert response.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    return _simple(xml.fromstring(response.content))


def errors(response: HttpResponse) -> list[tuple[int, str]]:
    """Return the errors of an answer in either form, as (code, description)."""
    if response["Content-Type"].startswith("application/json"):
        told = response.json()
    else:
        root = xml.fromstring(response.content)
        assert root.tag == "errors"
        told = [{each.tag: each.text for each in error} for error in root.findall("error")]
    assert isinstance(told, list) and told, told
    assert all(set(each) == {"code", "description"} and each["description"] for each in told)
    return [(int(each["code"]), each["description"]) for each in told]


def _simple(element: xml.Element) -> Any:
    if not len(element):
        return element.text if element.text else {}
    found: dict[str, Any] = {}
    for child in element:
        value = _simple(child)
        if child.tag in found:
            found[child.tag] = [
                *(found[child.tag] if isinstance(found[child.tag], list) else [found[child.tag]]),
                value,
            ]
        else:
            found[child.tag] = value
    return found


def _pairs(form: Any) -> list[tuple[str, Any]]:
    pairs = form.items() if isinstance(form, dict) else form
    return [(name, each) for name, value in pairs for each in (value if isinstance(value, list) else [value])]


def _quoted(value: Any) -> str:
    return quote_plus(str(value))
