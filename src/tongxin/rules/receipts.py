"""What the holder of a receipt may do, how often, and how long what is personal of it is kept.

A receipt's link alone shows what the public may know. What is personal opens to the device that reported, or to who
knows the end of the telephone that was left. Source: domain.md §2.7, §8; ui.md §5.
"""

from datetime import datetime, timedelta

from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.lifecycles.facts import LIVE, OPEN, State, StepRefused
from tongxin.rules.working_time import SHANGHAI

FREE_GUESSES = 5  # wrong digits that cost no time: who left two telephones tries both
FIRST_PAUSE = timedelta(hours=1)
LONGEST_PAUSE = timedelta(days=1)  # so ten thousand endings take a guesser longer than a matter is kept
MOST_ADDED = 20  # additions to one matter
MOST_PHOTOS = 9  # of the reporter's own; the rest of a matter's room is for those who handle it
EMERGENCIES = frozenset({"H12"})  # kept for the rescue only (domain.md §4 H12; 突发事件应对法 art. 85)


def pause_until(guesses: int, guessed_at: datetime | None) -> datetime | None:
    """Return until when no further guess is heard: after five wrong ones an hour, then twice as long each time."""
    if guessed_at is None or guesses < FREE_GUESSES:
        return None
    doubled = min(guesses - FREE_GUESSES, 10)
    return guessed_at + min(FIRST_PAUSE * 2**doubled, LONGEST_PAUSE)


def ending(phone: str) -> str:
    """Return the last four digits of a telephone; nothing where it has fewer than seven."""
    digits = "".join(letter for letter in phone if letter.isdecimal() and letter.isascii())
    return digits[-4:] if len(digits) >= 7 else ""


def check_phone(phone: str) -> None:
    """Raise Invalid where a telephone cannot be one: five to fifteen digits, with signs between."""
    digits = sum(letter.isdecimal() for letter in phone)
    if phone and (not 5 <= digits <= 15 or set(phone) - set("0123456789+-() 转")):
        raise Invalid("resident.phone")


def check_adding(state: State, added: int) -> None:
    """Raise where nothing can be added: the matter has ended, or holds enough already."""
    if state not in OPEN:
        raise StepRefused("resident.ended", state=state)
    if added >= MOST_ADDED:
        raise StepRefused("resident.enough", most=MOST_ADDED)


def check_urging(urged_at: datetime | None, now: datetime) -> None:
    """Raise where the reporter has urged today: a local day, not the last 24 hours."""
    if urged_at is not None and _day(urged_at) == _day(now):
        raise StepRefused("resident.urged_today")


def check_wishing(state: State, is_unwanted: bool) -> None:
    """Raise where a wish to end it leads nowhere: it can still be withdrawn, it has ended, or it was wished."""
    if state not in OPEN:
        raise StepRefused("resident.ended", state=state)
    if is_unwanted:
        raise StepRefused("resident.wished")


def check_joining(state: State, *, is_sealed: bool) -> Refused | None:
    """Return what keeps others from joining a matter; a sealed one is as good as not there."""
    if is_sealed:
        return Refused("join.missing")
    return None if state in LIVE else Refused("join.ended", state=state)


def kept_days(template: str, *, usual: int, emergency: int) -> int:
    """Return how many days after its end the contact of a matter is kept."""
    return min(usual, emergency) if template in EMERGENCIES else usual


def _day(at: datetime) -> object:
    return at.astimezone(SHANGHAI).date()
