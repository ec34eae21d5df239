"""A door's description, held against whatever the door answers: its address, status, kind and body."""

import json
import re
from functools import cached_property
from typing import Any
from xml.etree import ElementTree as xml

import jsonschema
from django.http import HttpResponse

PART = re.compile(r"\{\w+\}")


class Description:
    """An OpenAPI document, read the way its users read it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    @cached_property
    def _addresses(self) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        bases = "|".join(re.escape(each["url"]).replace("/", "/+") for each in self.document["servers"])
        paths = sorted(self.document["paths"].items(), key=lambda each: each[0].count("{"))
        named = [
            (re.escape(path).replace(r"\{", "{").replace(r"\}", "}").replace("/", "/+"), told) for path, told in paths
        ]
        return [(re.compile(rf"(?:{bases}){PART.sub('[^/]+?', path)}/*"), told) for path, told in named]

    def said_of(self, path: str, method: str) -> dict[str, Any]:
        """Return what is said of an address and a method: nothing but that there is none, where there is none."""
        methods = next((told for address, told in self._addresses if address.fullmatch(path)), None)
        if methods is None:
            return {"404": None}
        return methods.get("get" if method == "HEAD" else method.lower(), {"responses": {"405": None}})["responses"]

    def check(self, response: HttpResponse) -> HttpResponse:
        """Return an answer, which is as the description has it."""
        path, method = response.request["PATH_INFO"], response.request["REQUEST_METHOD"]
        answers = self.said_of(path, method)
        assert response.status_code < 500, (method, path)  # described, and still a failure of ours
        assert str(response.status_code) in answers, (method, path, response.status_code, response.content[:300])
        if (answer := answers[str(response.status_code)]) is None:
            return response
        kind = response["Content-Type"].partition(";")[0] if "content" in answer else ""
        assert kind in answer.get("content", {"": None}), (path, kind)
        if kind and not response.streaming and method != "HEAD":
            self._validate(self._read(response, kind, answer["content"][kind]["schema"]), answer["content"][kind])
        return response

    def _read(self, response: HttpResponse, kind: str, schema: dict[str, Any]) -> Any:
        if kind.endswith("xml"):
            return self.from_xml(xml.fromstring(response.content), schema)
        return json.loads(response.content)

    def from_xml(self, element: xml.Element, schema: dict[str, Any]) -> Any:
        """Return what an element says, read by what the description says of its XML alone."""
        told = self._one(schema)
        if told.get("type") == "array":
            each = self._one(told["items"])
            assert {child.tag for child in element} <= {each["xml"]["name"]}
            return [self.from_xml(child, each) for child in element]
        if told.get("type") == "object":
            return {child.tag: self.from_xml(child, told["properties"][child.tag]) for child in element}
        text = element.text or ""
        match told.get("type"):
            case "boolean":
                return {"true": True, "false": False}[text]
            case "integer" | "number":
                return json.loads(text)
        return text

    def _one(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "anyOf" in schema:
            schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
        if "$ref" in schema:
            return self._one(self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
        return schema

    def _validate(self, found: Any, told: dict[str, Any]) -> None:
        whole = {"components": self.document["components"], **told["schema"]}
        jsonschema.Draft202012Validator(whole).validate(found)
