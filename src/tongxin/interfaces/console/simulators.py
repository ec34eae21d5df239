"""What the simulators of outside parts do alike: sign what they send, send it, answer in JSON and log nothing."""

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from tongxin.guard import envelopes

SECONDS = 5.0


def message(name: str, secret: str, told: dict[str, Any], at: datetime, id_: str = "") -> tuple[bytes, dict[str, str]]:
    """Return a message signed at this moment by the simulator of this name, as body and headers."""
    body = json.dumps(told, ensure_ascii=False)
    headers = {"content-type": "application/json", "user-agent": name}
    return body.encode(), headers | envelopes.signed([secret], f"msg_{id_ or uuid.uuid4().hex}", body, at)


def event(
    name: str, secret: str, kind: str, data: dict[str, Any], at: datetime | None = None
) -> tuple[bytes, dict[str, str]]:
    """Return a signed message as Standard Webhooks shape it: its kind, its moment, its data."""
    at = at or datetime.now(UTC)
    return message(name, secret, {"type": kind, "timestamp": at.isoformat(), "data": data}, at)


def send(target: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """Send a message as it is; return the status and what it was answered."""
    asked = urllib.request.Request(target, body, headers, method="POST")
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS) as answer:
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


class Door(BaseHTTPRequestHandler):
    """HTTP around a simulator: JSON out, nothing in the log, for what it takes is about people."""

    wbufsize = -1  # head and body leave in one packet: two would wait for each other (Nagle)

    def say(self, status: int, told: Mapping[str, Any]) -> None:
        answer = json.dumps(told, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
