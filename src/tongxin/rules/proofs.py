"""Proof by a code that was sent: how long it lives, how often it may be tried, and how often one may be asked for.

A receipt's link may be stolen, and four digits may be known to a neighbor; a code reaches only whoever holds the
telephone or the mailbox that was left. Source: NIST SP 800-63B §5.1.3.2 (at most ten minutes, guesses limited).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tongxin.rules.errors import Refused

DIGITS = 6
LIFE = timedelta(minutes=10)
TRIES = 5
# (how many, within): five tries each leave a guesser one chance in twenty thousand a day
MOST = ((1, timedelta(seconds=60)), (3, timedelta(hours=1)), (10, timedelta(days=1)))


class Sent(NamedTuple):
    """A code that was sent: when, how often it was tried, and whether it was used."""

    at: datetime
    tries: int = 0
    is_used: bool = False


def check_asking(sent_at: Sequence[datetime], now: datetime) -> None:
    """Raise Refused where too many codes were asked for one matter, saying from when on another one is sent."""
    newest_first = sorted(sent_at, reverse=True)
    waits = [newest_first[many - 1] + within for many, within in MOST if len(newest_first) >= many]
    until = max(waits, default=now)
    if now < until:
        raise Refused("proof.too_many", until=until)


def is_alive(sent: Sent, now: datetime) -> bool:
    """Tell whether a code may still be tried."""
    return not sent.is_used and sent.tries < TRIES and now < sent.at + LIFE


def digits_of(number: int) -> str:
    """Return a large random number as the digits of a code. Of 64 bits, no code is likelier than another by 1e-13."""
    return str(number % 10**DIGITS).zfill(DIGITS)
