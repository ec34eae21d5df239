"""Somebody's phone, as the server meets it: signed in, and sending what it kept."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import SONGYUAN_01, a_photo
from tongxin.interfaces.field.syncing import fresh_key

phone = visitor  # signs in at the same door as the desk


def an_item(kind: str, *, ago: timedelta = timedelta(0), shade: int | None = None, **fields: Any) -> dict[str, Any]:
    """Return one item done so long ago; `shade` gives it a photo."""
    item = {"key": fresh_key(), "kind": kind, "fields": fields, "at": (timezone.now() - ago).isoformat()}
    return item | ({"photo": shade} if shade is not None else {})


def a_told_report(**changes: Any) -> dict[str, Any]:
    """Return the fields of a plain report: refuse on the street in the first grid of 松园."""
    lon, lat = SONGYUAN_01
    return {"template": "C02", "text": "垃圾箱旁边堆了好多纸箱。", "lon": str(lon), "lat": str(lat)} | changes


def send(client: Client, *items: Mapping[str, Any], sent_at: datetime | None = None) -> list[dict[str, Any]]:
    """Send items in one message, each photo under the key of its item; return their answers."""
    plain = [{name: value for name, value in item.items() if name != "photo"} for item in items]
    files = {
        item["key"]: SimpleUploadedFile("1.jpg", a_photo(item["photo"]).getvalue(), "image/jpeg")
        for item in items
        if "photo" in item
    }
    body = {"items": json.dumps(plain), "sent_at": (sent_at or timezone.now()).isoformat(), **files}
    answer = client.post("/f/sync", body)
    assert answer.status_code == 200, answer.content
    return answer.json()["answers"]
