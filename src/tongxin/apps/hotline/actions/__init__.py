"""Everything that can be done at the hotline, by name: `actions.take_call(...)`, `actions.hear(...)`."""

from tongxin.apps.hotline.actions.calls import hear, leave_seat, pick_up, purge, take_seat
from tongxin.apps.hotline.actions.drafts import drop_draft, save_draft
from tongxin.apps.hotline.actions.knowledge import load_knowledge, move, write
from tongxin.apps.hotline.actions.letters import (
    Arrived,
    answer_letter,
    keep_enclosures,
    purge_letters,
    put_aside,
    register_letter,
    take_letter,
)
from tongxin.apps.hotline.actions.lines import close_line, open_line, rotate_secret
from tongxin.apps.hotline.actions.places import gather_places
from tongxin.apps.hotline.actions.taking import Told, answer, dispatch, hand_over, join, note_three_way, put_through

__all__ = [
    "Arrived",
    "Told",
    "answer",
    "answer_letter",
    "close_line",
    "dispatch",
    "drop_draft",
    "gather_places",
    "hand_over",
    "hear",
    "join",
    "keep_enclosures",
    "leave_seat",
    "load_knowledge",
    "move",
    "note_three_way",
    "open_line",
    "pick_up",
    "purge",
    "purge_letters",
    "put_aside",
    "put_through",
    "register_letter",
    "rotate_secret",
    "save_draft",
    "take_letter",
    "take_seat",
    "write",
]
