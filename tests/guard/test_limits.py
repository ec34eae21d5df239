"""How often one address may knock, and who it is that knocks."""

import pytest
from django.test import RequestFactory

from tongxin.guard import limits
from tongxin.guard.addresses import address_of
from tongxin.guard.limits import Limit, TooOften


class Hand:
    """A clock moved by hand, in seconds."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hand():
    return Hand()


def knocks(limit, address, times):
    allowed = 0
    for _ in range(times):
        try:
            limit.take(address)
        except TooOften:
            continue
        allowed += 1
    return allowed


def test_whoever_knocks_without_end_is_let_in_as_often_as_agreed(hand):
    limit = Limit(a_minute=6, burst=3, clock=hand)

    assert knocks(limit, "one", 50) == 3
    hand.at += 60
    assert knocks(limit, "one", 50) == 3  # never more at once than the burst, however long nobody came
    hand.at += 10
    assert knocks(limit, "one", 50) == 1


def test_one_that_knocks_too_often_shuts_nobody_else_out(hand):
    limit = Limit(a_minute=6, burst=3, clock=hand)
    knocks(limit, "one", 1_000)

    assert knocks(limit, "another", 3) == 3


def test_who_is_refused_is_told_when_to_come_again(hand):
    limit = Limit(a_minute=6, burst=1, clock=hand)
    limit.take("one")

    with pytest.raises(TooOften) as refused:
        limit.take("one")
    hand.at += refused.value.facts["seconds"]

    limit.take("one")


def test_memory_stays_small_whoever_knocks(hand, monkeypatch):
    monkeypatch.setattr(limits, "MOST", 100)
    limit = Limit(a_minute=6, burst=3, clock=hand)

    for each in range(1_000):
        limit.take(f"address {each}")

    assert len(limit._left) == 100


@pytest.mark.parametrize(
    "peer, said, proxies, found",
    [
        ("203.0.113.9", "198.51.100.7", 0, "203.0.113.9"),  # nobody's word is taken
        ("10.0.0.1", "198.51.100.7", 1, "198.51.100.7"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.7", 1, "198.51.100.7"),  # what it claims itself is not believed
        ("10.0.0.1", "", 1, "10.0.0.1"),
        ("2001:db8::1:2", "", 0, "2001:db8::"),
        ("2001:db8::7:9", "", 0, "2001:db8::"),
        ("::ffff:203.0.113.9", "", 0, "203.0.113.9"),
        ("nonsense", "", 0, "unknown"),
    ],
)
def test_the_address_is_the_one_our_own_proxies_saw(settings, peer, said, proxies, found):
    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=said)

    assert address_of(request) == found
