"""Many callers at once: one key, one matter; gathered reports stand or fall alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.interfaces.api.conftest import a_body
from tongxin.apps.matters.models import Matter

THREADS = 8
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(ask):
    """Call `ask(n)` from all threads in the same moment."""
    barrier = Barrier(THREADS)

    def one(n):
        barrier.wait()
        try:
            return ask(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_eight_callers_with_one_key_make_exactly_one_matter(caller):
    worker = caller("grid_worker")

    answers = at_once(lambda n: worker.post("/matters", a_body(), Idempotency_Key="same"))

    assert sorted(answer.status_code for answer in answers) == [200] * (THREADS - 1) + [201]
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert Matter.objects.count() == 1


def test_gathered_reports_each_get_their_own_answer(caller):
    worker = caller("grid_worker")

    answers = at_once(lambda n: worker.post("/matters", a_body(text=f"第 {n} 件", template="C02" if n % 2 else "ZZZ")))

    assert [answer.status_code for answer in answers] == [404, 201] * (THREADS // 2)
    for n, answer in enumerate(answers):
        if n % 2:
            assert Matter.objects.get(number=answer.json()["number"]).report.text == f"第 {n} 件"
    assert Matter.objects.count() == THREADS // 2


def test_of_eight_callers_with_one_revision_only_one_takes_the_step(caller):
    number = caller("grid_worker").post("/matters", a_body()).json()["number"]
    acceptor = caller("acceptor")

    answers = at_once(lambda n: acceptor.post(f"/matters/{number}/acts/accept", {}, If_Match='"1"'))

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (THREADS - 1)
    assert Matter.objects.get().rev == 2
