"""Gathering, without a database."""

from threading import Barrier, Event, Thread

import pytest

from tongxin.interfaces.api.v1.gather import Gather


def test_one_ask_goes_alone_and_at_once():
    gather = Gather(lambda key, asks: [ask * 2 for ask in asks])

    assert gather("a", 21) == 42


def run_together(gather, asks):
    """Ask all while the first is still being answered; return answers and errors by ask."""
    found = {}

    def ask(each):
        try:
            found[each] = gather("key", each)
        except ValueError as error:
            found[each] = error

    threads = [Thread(target=ask, args=(each,)) for each in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    return found


def a_gather(first_may_end: Event, many: int, batches: list, fails=()):
    """Return a gather whose first batch lasts until all others wait."""
    gather = None

    def run(key, asks):
        if not batches:
            batches.append(list(asks))
            while len(gather._waiting[key]) < many - 1:
                first_may_end.wait(0.005)
        else:
            batches.append(list(asks))
        if any(ask in fails for ask in asks):
            raise ValueError(asks)
        return [ask * 10 for ask in asks]

    gather = Gather(run, most=4)
    return gather


def test_those_who_come_meanwhile_share_batches_of_limited_size_and_get_their_own_answers():
    batches = []
    gather = a_gather(Event(), 10, batches)

    found = run_together(gather, range(10))

    assert found == {n: n * 10 for n in range(10)}
    assert [len(batch) for batch in batches] == [1, 4, 4, 1]
    assert not gather._busy
    assert not gather._waiting


def test_one_that_breaks_a_batch_breaks_alone():
    batches = []
    gather = a_gather(Event(), 6, batches, fails={3})

    found = run_together(gather, range(6))

    assert isinstance(found.pop(3), ValueError)
    assert found == {n: n * 10 for n in (0, 1, 2, 4, 5)}


def test_asks_with_different_keys_never_meet():
    barrier = Barrier(2, timeout=5)
    gather = Gather(lambda key, asks: [barrier.wait() for _ in asks])

    threads = [Thread(target=gather, args=(key, 1)) for key in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)

    assert not barrier.broken


def test_an_error_leaves_the_way_free():
    gather = Gather(lambda key, asks: [1 // ask for ask in asks])

    with pytest.raises(ZeroDivisionError):
        gather("a", 0)

    assert gather("a", 1) == 1
