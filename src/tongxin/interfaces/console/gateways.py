"""Simulators of outside parts: a gateway for short messages, and the robots of WeCom and DingTalk. Real HTTP.

They check what the real ones check (signature, age, shape) and keep what they were given in memory, for demonstrations
and tests. Nothing goes any further.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tongxin.interfaces.console import simulators
from tongxin.rules.masking import masked_phone, masked_text

NAME = "tongxin-gateway-simulator"
SECONDS = 300  # an older message is a replayed one
MOST_BYTES = 64 * 1024
KEPT = 20_000


@dataclass(slots=True)
class Taken:
    """One message that was taken: by what, for whom, in which words. `times` counts how often it came."""

    medium: str
    to: str
    text: str
    id: str = ""
    times: int = 1


@dataclass(slots=True)
class Simulator:
    """What plays the outside parts. `secret` signs short messages, `robot_secret` DingTalk's robot (empty: unsigned).

    `breaks` answers the next so many requests with 503, as a gateway in trouble does.
    """

    secret: str = ""
    robot_secret: str = ""
    taken: list[Taken] = field(default_factory=list)
    breaks: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
        """Return a server that listens already; let it `serve_forever()`."""
        server = ThreadingHTTPServer((host, port), type("Door", (_Door,), {"simulator": self}))
        server.daemon_threads = True
        return server

    def answer(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Take one request as the part at this path would, and return status and answer."""
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self._lock:
            if self.breaks > 0:
                self.breaks -= 1
                return 503, {"code": "busy"}
        match parts.path:
            case "/sms":
                return self._sms(body, headers)
            case "/cgi-bin/webhook/send":
                return self._robot("wecom", query.get("key", ""), body, query)
            case "/robot/send":
                return self._robot("dingtalk", query.get("access_token", ""), body, query)
        return 404, {"code": "no_such_part"}

    def _sms(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        at = headers.get("x-timestamp", "")
        signed = hmac.new(self.secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signed, headers.get("x-signature", "")):
            return 401, {"code": "signature"}
        if not at.isdecimal() or abs(time.time() - int(at)) > SECONDS:
            return 401, {"code": "too_old"}
        told = _object(body)
        if not told or not all(isinstance(told.get(name), str) for name in ("id", "to", "text")):
            return 400, {"code": "shape"}
        self._keep(Taken("sms", told["to"], told["text"], told["id"]))
        return 200, {"code": "0"}

    def _robot(self, medium: str, key: str, body: bytes, query: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        if medium == "dingtalk" and self.robot_secret and not _is_signed(query, self.robot_secret):
            return 200, {"errcode": 310000, "errmsg": "sign not match"}
        content = _object(body).get("text", {})
        if not key or not isinstance(content, dict) or not isinstance(content.get("content"), str):
            return 200, {"errcode": 40008, "errmsg": "invalid message type"}
        self._keep(Taken(medium, key, content["content"]))
        return 200, {"errcode": 0, "errmsg": "ok"}

    def _keep(self, taken: Taken) -> None:
        """Keep a message; the same one again is counted, not kept twice, as a good gateway does."""
        with self._lock:
            same = next((each for each in self.taken[-KEPT:] if taken.id and each.id == taken.id), None)
            if same is not None:
                same.times += 1
            elif len(self.taken) < KEPT:
                self.taken.append(taken)


def line_of(taken: Taken) -> str:
    """Return a message as a terminal may show it: numbers masked."""
    to = masked_phone(taken.to) if taken.medium == "sms" else taken.to[:6] + "…"
    return f"{taken.medium:9}{to:14}{masked_text(taken.text)}"


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_signed(query: Mapping[str, str], secret: str) -> bool:
    at = query.get("timestamp", "")
    told = hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256).digest()
    is_fresh = at.isdecimal() and abs(time.time() - int(at) / 1000) <= 3600
    return is_fresh and hmac.compare_digest(base64.b64encode(told).decode(), query.get("sign", ""))


class _Door(simulators.Door):
    """The simulator's address; a sender keeps its connection."""

    protocol_version = "HTTP/1.1"
    server_version = NAME
    simulator: Simulator

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            self.close_connection = True
            return self.say(413, {"code": "too_large"})
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.say(*self.simulator.answer(self.path, self.rfile.read(length), headers))

    def do_GET(self) -> None:
        """Show what was taken, the newest first."""
        newest = [line_of(each) for each in reversed(self.simulator.taken[-200:])]
        self.say(200, {"taken": len(self.simulator.taken), "newest": newest})
