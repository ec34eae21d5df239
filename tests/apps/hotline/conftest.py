"""A line of the town's hotline, and calls on it."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from tests.town import NOW, Town
from tongxin.apps.hotline import actions
from tongxin.apps.hotline.actions.calls import Told
from tongxin.apps.hotline.models import Call, Line
from tongxin.rules.calls import CallEvent
from tongxin.rules.permissions import SYSTEM, reporting

NUMBER = "13800006027"


@dataclass
class Board:
    """What a switchboard tells, without its wires: `board("call.arrived", "c1")`."""

    line: Line
    secret: str
    told: int = 0

    def __call__(self, event: str, ref: str, at: datetime = NOW, **more: str) -> Call:
        self.told += 1
        message = Told(f"msg_{self.told}", CallEvent(event), ref, at, **more)
        return actions.hear(self.line.pk, message, by=reporting(f"line:{self.line.code}"), now=at)


@pytest.fixture
def board(town: Town) -> Board:
    line, secret = actions.open_line(code="12345", name="12345 热线", unit_id=town.unit["hotline"], by=SYSTEM, now=NOW)
    return Board(line, secret)


@pytest.fixture
def talking(town: Town, board: Board) -> Call:
    """Return a call that the operator is in."""
    call = board("call.arrived", "c1", number=NUMBER)
    actions.pick_up(call.pk, by=town.operator, now=NOW)
    return board("call.answered", "c1")
