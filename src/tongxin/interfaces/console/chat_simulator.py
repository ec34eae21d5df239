"""A chat that is none: it writes to the hotline and takes its answers as WeCom and DingTalk do, over real HTTP.

Loopback only. It ships with the product for demonstrations and tests, and says in every answer that it is a simulator.
"""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from typing import Any

from tongxin.guard import envelopes
from tongxin.interfaces.console import simulators

NAME = "tongxin-chat-simulator"
MOST_BYTES = 64 * 1024


@dataclass(slots=True)
class Chat:
    """One simulated channel. `answers` keeps what the hotline answered, as (conversation, text), each once."""

    secret: str
    target: str  # where its messages go: …/api/intake/chat/<line>
    answers: list[tuple[str, str]] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def write(self, text: str, conversation: str = "conv-1", name: str = "", *, as_dingtalk: bool = False) -> int:
        """Write to the hotline; return the status it was answered with."""
        return self.send(*self.envelope(text, conversation, name, as_dingtalk=as_dingtalk))

    def envelope(
        self,
        text: str,
        conversation: str = "conv-1",
        name: str = "",
        *,
        as_dingtalk: bool = False,
        at: datetime | None = None,
    ) -> tuple[bytes, dict[str, str]]:
        """Return a signed message, as body and headers."""
        at, id_ = at or datetime.now(UTC), uuid.uuid4().hex
        told: dict[str, Any]
        if as_dingtalk:
            told = {"msgId": id_, "msgtype": "text", "conversationId": conversation, "senderNick": name}
            told |= {"text": {"content": text}}
        else:
            told = {"MsgId": id_, "MsgType": "text", "FromUserName": conversation, "FromName": name, "Content": text}
            told |= {"CreateTime": int(at.timestamp())}
        return simulators.message(NAME, self.secret, told, at, id_)

    def send(self, body: bytes, headers: dict[str, str]) -> int:
        """Send a message as it is; return the status it was answered with."""
        return simulators.send(self.target, body, headers)[0]

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Take an answer of the hotline; return a status. The same one again is taken, and kept once."""
        try:
            told = envelopes.opened([self.secret], headers, body, datetime.now(UTC))
            answer = str(told["conversation"]), str(told["text"])
        except (envelopes.Unsigned, KeyError):
            return 401
        if headers["webhook-id"] not in self._known:
            self._known.add(headers["webhook-id"])
            self.answers.append(answer)
        return 200


def serve(chat: Chat, port: int) -> ThreadingHTTPServer:
    """Return a server on loopback that takes the hotline's answers at /, and writes what is posted to /write."""

    class Door(simulators.Door):
        server_version = NAME

        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("content-length") or 0), MOST_BYTES))
            if self.path == "/write":
                status = chat.write(body.decode("utf-8", "replace"), f"conv-{uuid.uuid4().hex[:6]}", "模拟")
            else:
                status = chat.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.say(status if self.path != "/write" else 200, {"simulator": NAME, "status": status})

    return ThreadingHTTPServer(("127.0.0.1", port), Door)
