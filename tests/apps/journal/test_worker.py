"""The worker: drains, keeps its rounds, outlives the database, and stops when told."""

import signal
import subprocess
import sys
import threading
import time

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.apps.journal.test_outbox import in_this_database, steps
from tongxin.apps.journal import worker
from tongxin.apps.journal.models import Delivery


@pytest.fixture
def rounds(monkeypatch):
    """No duties but the test's own, and nothing done aside but its own."""
    monkeypatch.setattr(worker, "_ROUNDS", {})
    monkeypatch.setattr(worker, "_ASIDE", {})
    monkeypatch.setattr(worker, "PAUSE", 0.02)


def at_work(until):
    """Let a worker work until the condition holds, then stop it. Fails after ten seconds."""
    stop = threading.Event()

    def work():
        worker.work(stop)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    patience = time.monotonic() + 10
    while not until() and time.monotonic() < patience:
        time.sleep(0.01)
    stop.set()
    thread.join()
    assert until()


@pytest.mark.django_db(transaction=True)
def test_it_delivers_what_comes(reactions, rounds):
    reactions("matter.step", name="tests.read")(lambda entries, now: None)
    steps(3, timezone.now())

    at_work(until=lambda: not Delivery.objects.exists())


@pytest.mark.django_db(transaction=True)
def test_a_failing_duty_keeps_no_other_from_its_rounds(reactions, rounds):
    done = []

    @worker.every(0.01)
    def fail(now):
        raise ValueError("a secret")

    worker.every(0.01)(done.append)

    at_work(until=lambda: len(done) >= 3)


@pytest.mark.django_db(transaction=True)
def test_a_duty_waits_for_its_hour(reactions, rounds):
    done, quick = [], []
    worker.every(3600)(done.append)

    @worker.every(0.01)
    def often(now):
        quick.append(now)

    at_work(until=lambda: len(quick) >= 5)

    assert len(done) == 1


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_after_the_database_has_cut_it_off(reactions, rounds):
    backends = []

    @worker.every(0.01)
    def tell(now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backends.append(cursor.fetchone()[0])

    def cut_off_once():
        if len(set(backends)) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [backends[0]])
        return len(set(backends)) > 1

    at_work(until=cut_off_once)


@pytest.mark.django_db
def test_once_means_until_nothing_is_due(reactions, capsys):
    reactions("matter.step", name="tests.read")(lambda entries, now: None)
    steps(700, timezone.now())

    call_command("worker", once=True)

    assert capsys.readouterr().out == "已投递 700 条，失败 0 条\n"
    assert not Delivery.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_told(signum):
    told = [sys.executable, "-m", "tongxin", "worker"]
    with subprocess.Popen(
        told, env=in_this_database(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert any("worker.started" in line for line in process.stdout)
        process.send_signal(signum)
        said = process.stdout.read()

    assert process.returncode == 0
    assert "worker.stopped" in said
    assert "Traceback" not in said


@pytest.mark.django_db(transaction=True)
def test_what_is_done_aside_waits_for_no_duty_and_no_delivery(reactions, rounds):
    may_end, done = threading.Event(), []

    @worker.every(0.01)
    def take_long(now):
        may_end.wait(10)

    @worker.aside(0.01)
    def in_time(now):
        done.append(now)
        if len(done) == 3:
            may_end.set()
        return 0

    at_work(until=lambda: len(done) >= 5)

    assert may_end.is_set()


@pytest.mark.django_db(transaction=True)
def test_what_is_done_aside_goes_on_at_once_while_there_is_more(reactions, rounds):
    left, begun = list(range(50)), time.monotonic()

    @worker.aside(5)
    def take_one(now):
        left.pop()
        return len(left)

    at_work(until=lambda: not left)

    assert time.monotonic() - begun < 5


@pytest.mark.django_db(transaction=True)
def test_what_is_done_aside_goes_on_after_a_failure_and_a_database_that_went(reactions, rounds):
    backends, failed = [], []

    @worker.aside(0.01)
    def tell(now):
        if not failed:
            failed.append(True)
            raise ValueError("a secret")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backends.append(cursor.fetchone()[0])
        return 0

    def cut_off_once():
        if len(set(backends)) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [backends[0]])
        return len(set(backends)) > 1

    at_work(until=cut_off_once)


@pytest.mark.django_db
def test_once_means_what_is_done_aside_too(reactions, rounds):
    left = [1, 2, 3]

    @worker.aside(60)
    def take_one(now):
        return left.pop() if left else 0

    call_command("worker", once=True)

    assert left == []
