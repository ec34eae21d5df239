"""Writes of the work on the grid. Each is one thing a person would say they did."""

from tongxin.apps.patrols.actions.help import (
    Setting,
    answer,
    arrive,
    call,
    end_call,
    pass_on,
    renew_token,
    set_up_place,
)
from tongxin.apps.patrols.actions.plans import Draft, Spot, close_plan, draw_up, redraw
from tongxin.apps.patrols.actions.rounds import check_in, open_rounds
from tongxin.apps.patrols.actions.vans import Fit, drives, equip_van, pack, retire_van, stop_at
from tongxin.apps.patrols.actions.visits import forget_words, visit

__all__ = [
    "Draft",
    "Fit",
    "Setting",
    "Spot",
    "answer",
    "arrive",
    "call",
    "check_in",
    "close_plan",
    "draw_up",
    "drives",
    "end_call",
    "equip_van",
    "forget_words",
    "open_rounds",
    "pack",
    "pass_on",
    "redraw",
    "renew_token",
    "retire_van",
    "set_up_place",
    "stop_at",
    "visit",
]
