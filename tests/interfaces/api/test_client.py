"""The examples in docs/api run as they stand, with a client generated from our description, against a real server."""

import csv
import json
import re
import runpy
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.town import ROOT, a_matter, a_photo, find, stand
from tongxin.apps.devices.models import Reading
from tongxin.apps.journal.models import Evidence
from tongxin.apps.matters.models import Matter, Note, Summons
from tongxin.apps.notify import hooks
from tongxin.apps.people.actions import issue_key

pytestmark = pytest.mark.slow
API = ROOT / "docs" / "api"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """Generate the client as docs/api/README.md tells, and let it be imported. Its generator has nothing to warn of."""
    folder = tmp_path_factory.mktemp("client")
    generator = Path(sys.executable).with_name("openapi-python-client")
    asked = ["--path", API / "openapi.json", "--config", API / "client.yml", "--meta", "none"]
    done = subprocess.run(
        [generator, "generate", *asked, "--output-path", folder / "tongxin_client"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "arning" not in done.stdout + done.stderr, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "tongxin_client"]:
        del sys.modules[name]


@pytest.fixture
def town(transactional_db):
    stand()
    return find()


@pytest.fixture
def example(package, live_server, town, monkeypatch, capsys):
    """Run an example as somebody of the town; answer what it printed."""

    def run(name, who, **environment):
        _, key = issue_key(
            name=name, person_id=getattr(town, who).person_id, by=town.security_admin, now=timezone.now()
        )
        for each, value in ({"TONGXIN_URL": live_server.url, "TONGXIN_KEY": key} | environment).items():
            monkeypatch.setenv(each, str(value))
        for each in ran(name).values():
            if callable(getattr(each, "get_httpx_client", None)) and not isinstance(each, type):
                each.get_httpx_client().close()  # a program's end does this
        return capsys.readouterr().out

    return run


def ran(name):
    """Return what an example holds when it has run as a program."""
    return runpy.run_path(str(API / "examples" / f"{name}.py"), run_name="__main__")


def test_one_matter_after_another_is_reported_followed_acted_upon_and_taken_back(example, town, tmp_path):
    (tmp_path / "before.jpg").write_bytes(a_photo().getvalue())

    reported = example("report_with_photo", "grid_worker", PHOTO=tmp_path / "before.jpg")
    number = Matter.objects.get().number
    acted = example("act", "acceptor", NUMBER=number)
    followed = example("follow", "duty_chief", NUMBER=number)
    waiting = a_matter(town, "AWAITING_DISPATCH").number
    whistled = example("whistle", "duty_chief", NUMBER=waiting, UNITS="lamps,sanitation")
    withdrawn = example("receipt", "grid_worker")
    opened = example("open311", "acceptor")
    measured = example("device_reading", "system_admin", DEVICE="WL-0007", OWNER="lamps")

    assert reported.split()[0] == number and Evidence.objects.get().kind == "before"
    assert f"{number} awaiting_filing" in acted and "412 matter.changed" in acted
    assert "matter.accept" in followed and "✓" in followed and "没有变" in followed
    assert "柯城区市政路灯所" in whistled and Summons.objects.count() == 2
    mine, last = Matter.objects.order_by("pk")[2:4]
    assert f"{mine.number} voided" in withdrawn and "报事人已撤回" in withdrawn
    assert {"旁边那盏也不亮了", "已经修好了"} <= set(Note.objects.values_list("text", flat=True))
    assert f"{last.number} open" in opened and Matter.objects.count() == 4  # what was sent again stayed one
    assert Reading.objects.count() == 1 and "12.5" in measured


def test_five_thousand_are_reported_at_once_and_exported_page_by_page(example, tmp_path):
    told = example("report_many", "grid_worker")
    Matter.objects.filter(pk__gt=Matter.objects.order_by("pk")[6].pk).update(area="330803001001001")
    example("export", "city_chief", FILE=tmp_path / "matters.csv")

    rows = list(csv.reader((tmp_path / "matters.csv").read_text("utf-8-sig").splitlines()))
    assert told.startswith("4999 ") and "(17, '没有“没有这个模板”" in told and Matter.objects.count() == 4999
    assert len({row[0] for row in rows[1:]}) == len(rows) - 1 == 7  # three pages, none twice


def test_a_webhook_is_believed_when_it_is_ours_and_taken_once(monkeypatch):
    secret, now = hooks.new_secret(), timezone.now()
    event = {"type": "tongxin.matter.close", "subject": "KC261120-0417", "data": {"state": "closed"}}
    request = hooks.Request("https://hooks.example/", "evt_7", json.dumps(event).encode(), (secret,))
    signed, old = hooks.envelope(request, now), hooks.envelope(request, now - timedelta(hours=1))
    monkeypatch.setenv("WEBHOOK_SECRET", secret)

    program = ran("webhook")
    received = program["received"]

    assert [received(signed, request.body) for _ in range(2)] == [204, 204] and program["done"] == {"evt_7"}
    assert received(signed, request.body.replace(b"closed", b"opened")) == 401
    assert received(old, request.body) == 401


def test_no_example_is_left_out():
    named = set(re.findall(r'(?:example|ran)\("(\w+)"', Path(__file__).read_text("utf-8")))

    assert named == {path.stem for path in (API / "examples").glob("*.py")} and len(named) == 10
