"""The command line starts what it needs, and says in words what is wrong and what to do."""

import http.server
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.postgres.conftest import is_alive
from tongxin.__main__ import database_for
from tongxin.interfaces.console import checkup, terminal
from tongxin.interfaces.console.checkup import State


def tongxin(home: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "LANG", "LC_ALL")}
    settings = {"TONGXIN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tongxin.settings"}
    command = [sys.executable, "-m", "tongxin", *words]
    return subprocess.run(command, env=kept | settings | environ, capture_output=True, text=True, timeout=60)


@pytest.mark.slow
def test_the_doctor_finds_tables_missing_says_what_to_do_and_leaves_no_server_behind(home):
    told = tongxin(home, "doctor", "--json", "--port", "0")

    report = json.loads(told.stdout)
    states = {check["check"]: check["state"] for check in report["checks"]}
    advice = next(check["advice"] for check in report["checks"] if check["check"] == "migrations")
    assert told.returncode == 1
    assert not report["healthy"]
    assert states["database"] == "ok"
    assert states["migrations"] == "wrong"
    assert advice == {"zh": "运行 tongxin migrate", "en": "Run tongxin migrate"}
    assert not is_alive(home)


@pytest.mark.slow
def test_the_doctor_names_a_database_that_does_not_answer_without_its_password(home):
    told = tongxin(home, "doctor", "--english", DATABASE_URL="postgresql://me:s3cret@127.0.0.1:1/city")

    assert told.returncode == 1
    assert "refused" in told.stdout
    assert "s3cret" not in told.stdout + told.stderr


@pytest.mark.slow
def test_a_home_that_cannot_be_private_is_told_in_a_sentence(open_folder):
    open_folder.chmod(0o777)

    told = tongxin(open_folder / "home", "migrate")

    assert told.returncode == 1
    assert str(open_folder) in told.stderr
    assert "Traceback" not in told.stderr


def test_the_doctor_reports_a_home_that_cannot_be_private(open_folder, settings):
    settings.HOME = open_folder / "home"
    settings.HOME.touch()

    assert checkup.home().state is State.WRONG


@pytest.mark.parametrize("words", [[], ["help"], ["migrate", "--help"], ["nonsense"], ["collectstatic", "--noinput"]])
def test_a_command_that_reads_no_table_starts_no_server(words, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)

    assert isinstance(database_for(words), nullcontext)


def test_another_command_has_the_embedded_server_unless_a_database_is_named(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert not isinstance(database_for(["migrate"]), nullcontext)

    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/city")
    assert isinstance(database_for(["migrate"]), nullcontext)


@pytest.mark.parametrize(("known_until", "state"), [(2025, State.WRONG), (2026, State.NOTE), (2027, State.OK)])
def test_a_year_without_published_days_off_is_wrong_now_and_noted_before(known_until, state):
    assert checkup.working_days(known_until, 2026).state is state


def test_a_taken_port_is_wrong():
    with socket.create_server(("127.0.0.1", 0)) as other:
        found = checkup.web_port(other.getsockname()[1])

    assert found.state is State.WRONG


def test_a_port_on_which_we_answer_ourselves_is_fine(healthy_port):
    assert checkup.web_port(healthy_port).state is State.OK


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "zh-hans"),
        ({"LANG": "C.UTF-8"}, "zh-hans"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh-hans"),
    ],
)
def test_the_terminal_is_spoken_to_in_chinese_unless_it_asks_for_english(environ, language):
    assert terminal.language(environ) == language


@pytest.fixture
def healthy_port() -> Iterator[int]:
    class Healthy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Healthy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()
