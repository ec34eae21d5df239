"""XML and JSON of one answer: written once as plain values, told in either form.

JSON is the standard's own mapping of the XML: collections are bare arrays, wrappers vanish, what is empty is null. In
XML what is empty is absent: a much used reader takes an empty element for an object.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree as xml

import msgspec

from tongxin.rules.working_time import SHANGHAI

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, §2.2


class Form(StrEnum):
    """How an answer is written: the suffix of its address."""

    XML = "xml"
    JSON = "json"

    @property
    def media_type(self) -> str:
        return f"{'text/xml' if self is Form.XML else 'application/json'}; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Listing:
    """Several of one thing: `<services><service>…`, in JSON `[…]`."""

    name: str
    each: str
    items: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Single:
    """One thing alone: `<service_definition>…`, in JSON `{…}`."""

    name: str
    told: msgspec.Struct


def written(answer: Listing | Single, form: Form) -> bytes:
    """Return an answer as it goes over the line, in UTF-8."""
    if form is Form.JSON:
        return msgspec.json.encode(_plain(answer))
    root = xml.Element(answer.name)
    _fill(root, answer)
    return xml.tostring(root, encoding="utf-8", xml_declaration=True)


def moment(at: datetime) -> str:
    """Return a moment to the second, with the city's zone."""
    return at.astimezone(SHANGHAI).replace(microsecond=0).isoformat()


def one_of(several: str) -> str:
    """Return what the standard calls each thing inside a list: the list's own name in the singular."""
    return several.removesuffix("s")


def _fields(told: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(told, name)) for name in told.__struct_fields__)


def _plain(value: Any) -> Any:
    match value:
        case Listing():
            return _plain(value.items)
        case Single():
            return _plain(value.told)
        case msgspec.Struct():
            return {name: _plain(each) for name, each in _fields(value)}
        case list():
            return [_plain(each) for each in value]
        case "":
            return None
        case str():
            return value.encode("utf-8", "replace").decode()
    return value


def _fill(element: xml.Element, value: Any) -> None:
    match value:
        case Listing():
            for each in value.items:
                _fill(xml.SubElement(element, value.each), each)
        case Single():
            _fill(element, value.told)
        case msgspec.Struct():
            for name, each in _fields(value):
                if each is not None and each != "":
                    _fill(xml.SubElement(element, name), each)
        case list():
            for each in value:
                _fill(xml.SubElement(element, one_of(element.tag)), each)
        case bool():
            element.text = "true" if value else "false"
        case _:
            element.text = NO_XML.sub("\ufffd", str(value))
