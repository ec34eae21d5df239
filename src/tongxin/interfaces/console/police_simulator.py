"""A platform of the police that is none: it hands disputes over and is told how they end, by real HTTP. Loopback only.

It ships with the product for demonstrations and tests, and says in every answer that it is a simulator. Nobody in its
stories exists.
"""

import json
import random
import threading
from dataclasses import dataclass, field
from datetime import datetime
from http.server import ThreadingHTTPServer
from typing import Any, NamedTuple

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tongxin.interfaces.console import simulators
from tongxin.rules.working_time import SHANGHAI

NAME = "tongxin-police-simulator"


class Story(NamedTuple):
    """A dispute as the police write it down: what about, in which words, how bad."""

    category: str
    text: str
    place: str
    is_hurt: bool = False
    has_weapon: bool = False


STORIES = (
    Story("03", "楼上漏水泡了楼下天花板，两户在楼道争执，民警到场劝开，建议社区调解。", "3 幢 2 单元"),
    Story("07", "业主与物业因停车收费争执，门岗一度堵住，已疏散。", "小区东门"),
    Story("11", "借款到期未还，双方在店里争吵，无人受伤。", "商业街"),
    Story("13", "顾客认为水果缺斤少两，与摊主争执。", "菜场东区"),
    Story("14", "工程款拖欠，几名工人在项目部要说法，情绪激动。", "在建工地"),
    Story("16", "两家为晒谷场边的树枝争执，砸坏一段院墙。", "村口晒谷场"),
    Story("17", "电动车剐蹭，赔多少谈不拢。", "十字路口"),
    Story("03", "为院墙界址推搡，一方手臂擦伤，已由 120 处理。", "老村委后面", is_hurt=True),
    Story("10", "合伙开店散伙分账，一方拿起店里的铁棍，民警已收走。", "建材市场", is_hurt=False, has_weapon=True),
)


@dataclass(slots=True)
class Platform:
    """One partner as the simulator plays it. `told` keeps what it was told, as the messages came."""

    secret: str
    target: str  # where its webhooks go: …/api/intake/police/<partner>
    told: list[dict[str, Any]] = field(default_factory=list)
    is_deaf: bool = False  # takes nothing, for showing what happens then

    def hand_over(self, *, number: str = "", **fields: Any) -> tuple[str, int, dict[str, Any]]:
        """Hand a dispute over; return its number, the status and the answer."""
        number = number or a_number()
        data = {"number": number, "at": datetime.now(SHANGHAI).isoformat(), **fields}
        return number, *self.tell("alarm.raised", data)

    def tell(self, kind: str, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send one signed message; return the status and what it was answered."""
        return self.send(*self.envelope(kind, data))

    def envelope(self, kind: str, data: dict[str, Any], at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
        """Return a signed message, as body and headers."""
        return simulators.event(NAME, self.secret, kind, data, at)

    def send(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Send a message as it is; return the status and what it was answered."""
        status, answer = simulators.send(self.target, body, headers)
        return status, json.loads(answer)


def serve(platform: Platform, port: int) -> ThreadingHTTPServer:
    """Return a server that is told how incidents end, and hands one over at /alarm; the caller runs and ends it."""

    class Door(simulators.Door):
        server_version = NAME

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path == "/alarm":
                number, status, answer = platform.hand_over(**(json.loads(body or b"{}") or a_story()))
                self._say(200, {"number": number, "status": status, "answer": answer})
                return
            try:
                said = Webhook(platform.secret).verify(body, dict(self.headers.items()))
            except (WebhookVerificationError, ValueError):
                self._say(401, {"error": "signature"})
                return
            if platform.is_deaf:
                self._say(503, {"error": "deaf"})
                return
            platform.told.append(said)
            self._say(202, {"taken": True})

        def do_GET(self) -> None:
            self._say(200, {"simulator": True, "told": platform.told})

        def _say(self, status: int, told: dict[str, Any]) -> None:
            self.say(status, told | {"by": NAME})

    return ThreadingHTTPServer(("127.0.0.1", port), Door)


def a_number() -> str:
    """Return a number as the police give them, of no alarm there is."""
    return f"SIM{datetime.now(SHANGHAI):%Y%m%d%H%M%S}{random.randrange(1_000_000):06d}"


def a_story() -> dict[str, Any]:
    """Return one of the stories, as the fields of a message."""
    return random.choice(STORIES)._asdict()


def hand_over_every(platform: Platform, seconds: float, stop: threading.Event) -> None:
    """Hand a dispute over every so often until told to stop."""
    while not stop.wait(seconds):
        platform.hand_over(**a_story())
