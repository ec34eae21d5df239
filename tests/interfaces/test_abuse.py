"""Abuse of the real server: floods, files that hurt, forged and repeated messages, stolen links. Nobody else waits."""

import json
import re
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from statistics import quantiles

import httpx
import pytest
from django.utils import timezone

from tests.apps.devices.conftest import a_device
from tests.interfaces import abused
from tests.interfaces.abused import MB, SCRIPT, a_jpeg, a_png
from tests.town import NOW, SONGYUAN_01
from tongxin.apps.devices import actions as devices
from tongxin.apps.devices.models import Reading
from tongxin.apps.hotline.actions import open_line
from tongxin.apps.hotline.models import Call
from tongxin.apps.journal.evidence import open_evidence
from tongxin.apps.journal.models import Evidence
from tongxin.apps.matters.models import Matter, Report
from tongxin.apps.people.actions import issue_key
from tongxin.interfaces.console.cti_simulator import Switchboard
from tongxin.rules.permissions import SYSTEM

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WORDS, NAME, PHONE = "三楼王家半夜敲铁皮，孩子睡不着", "王秀英", "13812346027"


@pytest.fixture
def house(town, tmp_path):
    with abused.served(tmp_path) as house:
        yield house


@pytest.fixture
def key(town):
    return issue_key(
        name="partner", person_id=town.grid_worker.person_id, acts=None, by=town.security_admin, now=timezone.now()
    )[1]


def test_whoever_abuses_the_house_is_refused_and_nobody_else_is_slowed_or_read(house, key, town):
    """One house for all of it: to start one takes longer than most of what happens in it."""
    _fifty_reports_a_second_from_one_address_are_refused_and_the_neighbor_hardly_notices(house, key)
    _files_that_hurt_are_refused_with_a_sentence_or_drawn_anew(house)
    _a_photo_of_twenty_megabytes_is_taken_and_a_larger_one_refused_before_all_of_it_is_sent(house)
    _what_machines_and_switchboards_said_once_is_not_heard_twice_and_forgers_are_not_heard_at_all(house, town)
    _a_stolen_link_shows_nothing_the_reporter_wrote_and_opens_nothing(house)


def at_portal(visitor, photos=(), **told):
    """Send a report at the residents' door, as its form does."""
    token = visitor.cookies.get("csrftoken") or visitor.get("/p/report/").cookies["csrftoken"]
    lon, lat = SONGYUAN_01
    form = {"csrfmiddlewaretoken": token, "text": "门口路灯不亮", "lon": str(lon), "lat": str(lat), **told}
    return visitor.post("/p/report/", data=form, files=[("photos", each) for each in photos] or None)


def at_open311(visitor, key, n=0):
    lon, lat = SONGYUAN_01
    form = {"api_key": key, "service_code": "C02", "lat": lat, "long": lon, "description": f"垃圾 {n}"}
    told = form | {"attribute[amount]": "一堆", "attribute[kind]": "生活垃圾"}
    return visitor.post("/api/open311/v2/requests.json", data=told)


def flood(ask, *, a_second, seconds):
    """Ask so often in a second, whatever the answers take; return how often each status came."""
    statuses, threads = [], []
    began = time.monotonic()
    for n in range(a_second * seconds):
        time.sleep(max(0.0, began + n / a_second - time.monotonic()))
        threads.append(threading.Thread(target=lambda n=n: statuses.append(ask(n).status_code)))
        threads[-1].start()
    for each in threads:
        each.join()
    return {status: statuses.count(status) for status in set(statuses)}


def _fifty_reports_a_second_from_one_address_are_refused_and_the_neighbor_hardly_notices(house, key):
    one, two, neighbor = house.visitor(2), house.visitor(3), house.visitor(4)
    one.get("/p/report/")
    slow = [house.line(_slow_form(house), last=5) for _ in range(20)]
    silent = [house.line(last=5) for _ in range(100)]
    asked, is_over = [], threading.Event()

    def reads():
        while not is_over.is_set():
            began = time.monotonic()
            assert neighbor.get("/p/").status_code == 200
            asked.append(time.monotonic() - began)
            time.sleep(0.05)

    reading = threading.Thread(target=reads)
    reading.start()
    portal = flood(lambda n: at_portal(one, text=f"路灯 {n}"), a_second=50, seconds=3)
    open311 = flood(lambda n: at_open311(two, key, n), a_second=50, seconds=5)
    is_over.set()
    reading.join()

    assert set(portal) == {302, 429} and portal[429] > 100, portal
    assert set(open311) == {201, 400} and open311[400] > 50, open311
    assert quantiles(asked, n=20)[-1] < 1.0, quantiles(asked, n=20)
    assert house.meter("tongxin_door_refused_total") >= portal[429] + open311[400]
    said = [json.loads(line) for line in house.log.read_text().splitlines() if '"door.refused"' in line]
    assert {each["code"] for each in said} >= {"door.too_often"} and len(said) < 60
    assert "127.0.0." not in house.log.read_text()
    assert len(slow) + len(silent) == 120


def _slow_form(house) -> bytes:
    head = f"POST /api/open311/v2/requests.json HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n"
    return f"{head}Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n--x\r\n".encode()


def _files_that_hurt_are_refused_with_a_sentence_or_drawn_anew(house):
    before, visitor = Matter.objects.count(), house.visitor(20)
    hostile = {
        "picture.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "gif.jpg": b"GIF89a/*" + SCRIPT,
        "head.jpg": a_jpeg()[:20] + SCRIPT + a_jpeg()[20:],
        "paper.pdf": b"%PDF-1.7\n1 0 obj << /S /JavaScript /JS (alert) >> endobj\n%%EOF\n",
        "bomb.png": a_png(60_000, 60_000),
        "short.png": a_png(4_000, 4_000),
    }
    refused = {
        name: at_portal(house.visitor(21 + n), [(name, file, "image/jpeg")])
        for n, (name, file) in enumerate(hostile.items())
    }
    drawn = at_portal(visitor, [("a.jpg", a_jpeg(comment=SCRIPT * 40), "image/jpeg")])

    for name, answer in refused.items():
        assert answer.status_code == 422, (name, answer.status_code)
        assert f"“{name}”" in answer.text and "document.cookie" not in answer.text, name
    assert drawn.status_code == 302 and Matter.objects.count() == before + 1
    kept = open_evidence(Evidence.objects.latest("pk"))
    assert b"script" not in kept.path.read_bytes() and kept.headers["X-Content-Type-Options"] == "nosniff"


def _a_photo_of_twenty_megabytes_is_taken_and_a_larger_one_refused_before_all_of_it_is_sent(house):
    before, visitor = Matter.objects.count(), house.visitor(30)

    taken = at_portal(visitor, [("a.jpg", a_jpeg(size=20 * MB), "image/jpeg")])
    over = at_portal(house.visitor(31), [("b.jpg", a_jpeg(size=20 * MB + 1), "image/jpeg")])
    answer, sent = _sent_in_pieces(house, 60 * MB)

    assert taken.status_code == 302
    assert over.status_code == 422 and "20 MB" in over.text
    assert answer.startswith("HTTP/1.1 413") and "20 MB" in answer and sent < 30 * MB
    assert Matter.objects.count() == before + 1
    assert house.meter("tongxin_door_refused_total") >= 1


def _sent_in_pieces(house, size):
    """Send a form with one photo of that size until something is answered; return it, and the bytes sent by then."""
    head = f"POST /p/report/ HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nContent-Length: {size}\r\n"
    kind = 'Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: form-data; name="photos"; '
    line, sent = house.line((head + kind + 'filename="c.jpg"\r\n\r\n').encode()), 0
    line.setblocking(False)
    answer, until = b"", time.monotonic() + 20
    while not answer and time.monotonic() < until:
        with suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
            sent += line.send(b"\xff" * MB)
        with suppress(BlockingIOError):
            answer = line.recv(65536)
    line.close()
    return answer.decode(), sent


def _what_machines_and_switchboards_said_once_is_not_heard_twice_and_forgers_are_not_heard_at_all(house, town):
    _, secret = open_line(code="12345", name="热线", unit_id=town.unit["hotline"], by=SYSTEM, now=NOW)
    board = Switchboard(secret, f"{house.url}/api/intake/cti/12345")
    forger = Switchboard("whsec_" + "A" * 43 + "=", board.target)
    own = devices.rotate_key(device_id=a_device(town, "WL-001").pk, by=SYSTEM, now=timezone.now())[1]
    said = {"value": 12.5, "at": datetime.now(UTC).isoformat(), "seq": 7}

    def read(key):
        return httpx.post(f"{house.url}/api/intake/v1/readings", json=said, headers={"X-API-Key": key}).status_code

    message = board.envelope("call.arrived", "c1", number=PHONE)
    heard = [board.send(*message), board.send(*message), forger.tell("call.arrived", "c2", number=PHONE)]
    taken = [read(own), read(own), read("txd_" + "A" * 43), read(own[:-1] + "A")]

    assert (heard, taken) == ([202, 409, 401], [201, 200, 401, 401])
    assert Call.objects.count() == 1 and Reading.objects.count() == 1
    log = house.log.read_text()
    assert '"cti.refused"' in log and PHONE not in log and own not in log


def _a_stolen_link_shows_nothing_the_reporter_wrote_and_opens_nothing(house):
    reporter, thief = house.visitor(40), house.visitor(41)
    led = at_portal(
        reporter, [("a.jpg", a_jpeg(), "image/jpeg")], text=WORDS, contact_name=NAME, contact_phone=PHONE, place=NAME
    )
    link = f"/p/t/{led.headers['Location'].split('/')[-2]}/"
    photo = Evidence.objects.latest("pk").pk

    own = reporter.get(link).text
    stolen = {page: thief.get(link + page, follow_redirects=True) for page in (
        "", "add", "urge", "withdraw", "rate", "appeal", "readers", "data", "data.json", "data.pdf", "telling",
        "contact", "link", "erase",
    )}  # fmt: skip
    receipt = thief.get(led.headers["Location"]).text
    token = thief.cookies["csrftoken"]
    guesses = [thief.post(f"{link}prove", data={"csrfmiddlewaretoken": token, "digits": f"{n:04}"}) for n in range(16)]
    erased = thief.post(f"{link}erase", data={"csrfmiddlewaretoken": token, "what": "all"})

    assert WORDS in own
    for page, answer in {**stolen, "receipt": receipt}.items():
        text = answer if isinstance(answer, str) else answer.text
        assert not [each for each in (WORDS, WORDS[:6], NAME, PHONE, PHONE[-4:]) if each in text], page
    assert thief.get(f"{link}photo/{photo}").status_code == 404
    assert guesses[-1].status_code == 429 and 302 not in {each.status_code for each in guesses}
    assert erased.status_code == 302 and Report.objects.filter(text=WORDS).exists()
    log = house.log.read_text()
    assert link.strip("/").rpartition("/")[2] not in log and not re.search("王|敲铁皮", log)
