"""A caller for everybody of the town: real keys, real requests through the door."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests import town as towns
from tongxin.apps.people.actions import issue_key

DOOR = "tongxin.interfaces.api.middleware.Door"
JSON = "application/json"


@pytest.fixture(autouse=True)
def door(settings):
    """Let requests come in through the door alone: what stands behind it is for pages."""
    settings.MIDDLEWARE = [DOOR]
    settings.ROOT_URLCONF = "tongxin.interfaces.api.urls"


@dataclass
class Caller:
    """Calls the API with one key."""

    key: str
    client: Client

    def get(self, path: str, query: Any = None, **headers: str) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", query, headers=self._headers(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send a body: bytes as they are, all else as JSON."""
        return self._send("post", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._send("put", path, body, headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self._send("delete", path, None, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        )
        return getattr(self.client, method)(f"/api/v1{path}", raw, content_type=JSON, headers=self._headers(headers))

    def upload(self, path: str, **form: Any) -> HttpResponse:
        return self.client.post(f"/api/v1{path}", form, headers=self._headers({}))

    def act(self, number: str, act: str, **details: Any) -> HttpResponse:
        return self.post(f"/matters/{number}/acts/{act}", details)

    def _headers(self, given: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} | {
            name.replace("_", "-"): value for name, value in given.items()
        }


@pytest.fixture
def caller(town) -> Callable[..., Caller]:
    """Return a caller for a member of the cast, by name; `acts` narrows its key."""
    issued: dict[tuple, Caller] = {}

    def call(name: str, acts: list[str] | None = None) -> Caller:
        which = (name, tuple(acts) if acts is not None else None)
        if which not in issued:
            actor = getattr(town, name)
            _, key = issue_key(
                name=name, person_id=actor.person_id, acts=acts, by=town.security_admin, now=timezone.now()
            )
            issued[which] = Caller(key, Client())
        return issued[which]

    return call


def a_body(**changes: Any) -> dict[str, Any]:
    """Return a plain report as a caller writes it."""
    lon, lat = changes.pop("point", towns.SONGYUAN_01)
    told = {"template": "C02", "text": "菜场出来那个垃圾箱旁边堆了好多垃圾，纸箱也没人收。", "lon": lon, "lat": lat}
    return told | changes
