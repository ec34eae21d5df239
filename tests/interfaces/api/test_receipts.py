"""Receipts by programs: the secret alone shows what the public may know, its key makes one the reporter."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.interfaces.api.conftest import a_body
from tests.town import a_matter, a_photo
from tongxin.apps.matters import receipts
from tongxin.apps.matters.models import Contact, Matter
from tongxin.apps.notify import proofs
from tongxin.apps.notify.models import Proof
from tongxin.rules.permissions import RESIDENT

pytestmark = pytest.mark.django_db
WORDS, NAME, PHONE = "菜场出来那个垃圾箱旁边堆了好多垃圾", "王小明", "13812346027"


class Holder:
    """Somebody without an API key, who has a receipt and perhaps its key."""

    def __init__(self, receipt, key=""):
        self.path, self.key = f"/api/v1/receipts/{receipt}" if receipt else "/api/v1", key

    def get(self, path="", status=200):
        return self._said(Client().get(self.path + path, headers=self._headers()), status)

    def post(self, path, body=None, status=200, method="post"):
        raw = json.dumps(body or {}, ensure_ascii=False)
        send = getattr(Client(), method)
        answer = send(self.path + path, raw, content_type="application/json", headers=self._headers())
        return self._said(answer, status)

    def _headers(self):
        return {"X-Receipt-Key": self.key} if self.key else {}

    def _said(self, answer, status):
        assert answer.status_code == status, answer.content.decode()
        return answer.json()


@pytest.fixture
def holder(caller):
    """A resident whose program reported for them: it was told the key."""
    told = a_body(channel="resident", contact={"name": NAME, "phone": PHONE})
    reported = caller("grid_worker").post("/matters", told).json()
    return Holder(reported["receipt"], reported["receipt_key"])


def test_a_key_is_told_to_who_reports_for_a_resident_and_to_nobody_else(caller, holder):
    by_itself = caller("grid_worker").post("/matters", a_body(channel="grid")).json()

    assert len(holder.key) == 40 and by_itself["receipt_key"] == ""
    assert holder.get()["is_mine"]


def test_a_receipt_alone_shows_how_it_goes_and_not_a_word_of_the_reporter(holder, caller):
    thief, own = Holder(holder.path.rsplit("/", 1)[1]), holder.get()
    caller("acceptor").act(own["number"], "accept")

    seen = thief.get()

    text = json.dumps(seen, ensure_ascii=False)
    assert seen["state"] == "awaiting_filing" and [each["act"] for each in seen["told"]] == ["accept"]
    assert not any(each in text for each in (WORDS, NAME, PHONE, "王", "6027")) and not seen["is_mine"]
    assert own["text"].startswith(WORDS) and own["contact"]["phone"] == "138****6027"
    for path in ("/words", "/urge", "/withdraw", "/rating", "/appeal", "/rotate", "/erasure", "/subscriptions"):
        refused = thief.post(path, {"text": "x"}, status=401)
        assert refused["code"] == "receipt.key_absent"
    for path in ("/readers", "/data", "/subscriptions"):
        assert Holder(thief.path.rsplit("/", 1)[1], "f" * 40).get(path, status=401)["code"] == "receipt.key_wrong"
    assert Holder("0" * 8).get(status=404)["code"] == "receipt.missing"


def test_of_a_sealed_matter_a_receipt_alone_tells_nothing(caller):
    told = a_body(channel="resident", is_secret=True)
    reported = caller("grid_worker").post("/matters", told).json()

    seen = Holder(reported["receipt"]).get()

    assert (seen["template"], seen["area"], seen["state"], seen["unit"], seen["told"]) == (None, None, None, None, [])
    assert Holder(reported["receipt"], reported["receipt_key"]).get()["state"] == "awaiting_acceptance"


def test_who_knows_the_end_of_the_telephone_is_given_the_key_and_guessing_is_counted(holder):
    lost = Holder(holder.path.rsplit("/", 1)[1])

    wrong = lost.post("/proof", {"digits": "0000"}, status=409)
    proved = lost.post("/proof", {"digits": "6027"})

    number = {"number": proved["number"], "digits": "6027"}
    found = Holder("").post("/proofs", number)

    assert wrong["code"] == "receipt.no_match"
    assert proved["key"] == holder.key and found == proved
    assert Holder("").post("/proofs", number | {"number": "KC261120-9999"}, status=409)["code"] == "receipt.no_match"
    tries = [Client().post(f"{lost.path}/proof", b"{}", content_type="application/json") for _ in range(12)]
    assert tries[-1].status_code == 429 and tries[-1]["Retry-After"]


def test_where_a_code_can_be_sent_the_digits_alone_open_nothing(holder, settings):
    settings.SMS_GATEWAY = "http://127.0.0.1:9/sms"
    lost = Holder(holder.path.rsplit("/", 1)[1])
    number = {"number": holder.get()["number"]}

    sent = Holder("").post("/proofs", number | {"digits": "6027"}, status=202)
    by_digits = lost.post("/proof", {"digits": "6027"}, status=409)
    soon = lost.post("/code", {"by": "sms"}, status=409)
    by_mail = lost.post("/code", {"by": "mail"}, status=404)
    code = proofs.code_of(Proof.objects.get())
    found = Holder("").post("/proofs", number | {"code": code})

    assert sent["by"] == "sms" and "code" not in sent and "receipt" not in sent
    assert [each["code"] for each in (by_digits, soon, by_mail)] == ["proof.by_code", "proof.too_many", "proof.no_way"]
    assert found["key"] == holder.key and found["receipt"] == lost.path.rsplit("/", 1)[1]
    assert lost.post("/proof", {"code": code}, status=409)["code"] == "proof.over"


def test_a_code_is_sent_to_who_has_the_receipt_and_opens_it_once(holder, settings):
    settings.SMS_GATEWAY = "http://127.0.0.1:9/sms"
    lost = Holder(holder.path.rsplit("/", 1)[1])

    sent = lost.post("/code", {"by": "sms"})
    refused = lost.post("/code", {"by": "pigeon"}, status=422)
    proved = lost.post("/proof", {"code": proofs.code_of(Proof.objects.get())})

    assert (set(sent), sent["by"], refused["code"]) == ({"by", "until"}, "sms", "body.value")
    assert proved["key"] == holder.key


def test_a_reporter_adds_urges_and_takes_back(holder, town):
    photo = SimpleUploadedFile("a.jpg", a_photo().getvalue(), "image/jpeg")

    added = holder.post("/words", {"text": "又多了一堆"})
    shown = Client().post(f"{holder.path}/photos", {"file": photo}, headers={"X-Receipt-Key": holder.key})
    image = Client().get(shown.json()["photos"][0]["href"], headers={"X-Receipt-Key": holder.key})
    assert b"".join(image.streaming_content).startswith(b"\xff\xd8")
    told = holder.get("/data")

    assert added["is_mine"] and shown.status_code == 200 and image["Content-Type"] == "image/jpeg"
    assert Client().get(shown.json()["photos"][0]["href"]).status_code == 404  # not for who has the receipt alone
    assert {each["with"] for each in told["said"]} >= {"resident.supplement"}
    assert told["contact"] == {"name": NAME, "phone": PHONE} and len(told["photos"]) == 1
    assert holder.post("/withdraw", {"text": "清走了"})["state"] == "voided"
    assert holder.post("/words", {"text": "晚了"}, status=409)


def test_a_reporter_urges_rates_and_appeals_what_was_done(town):
    working = a_matter(town, "HANDLING", by=RESIDENT)
    closed = a_matter(town, "CLOSED", by=RESIDENT, now=timezone.now() - timedelta(hours=1))
    runs, done = (Holder(each.receipt, receipts.key_of(each)) for each in (working, closed))

    assert runs.post("/urge", {"text": "三天了"})["state"] == "handling"
    assert runs.post("/urge", {"text": "快点"}, status=409)["code"] == "resident.urged_today"
    assert runs.post("/withdraw", {"text": "不用了"})["state"] == "handling"  # the unit decides
    rated = done.post("/rating", {"is_solved": True, "rating": "satisfied", "text": "干净"})
    assert rated["state"] == "closed" and any(each["is_own"] is False for each in rated["photos"])
    assert done.post("/rating", {"is_solved": True, "rating": "satisfied"}, status=409)
    assert done.post("/appeal", {"text": "其实没有清完"})["state"] in ("closed", "handling")


def test_the_own_data_is_set_right_told_changed_and_erased(holder, town, caller):
    number = holder.get()["number"]
    caller("acceptor").post(f"/matters/{number}/unmaskings", {"reason": "到场前联系"})

    looked = holder.get("/readers")["items"]
    right = holder.post("/contact", {"name": "王大明", "phone": "13900001111"}, method="put")
    told = holder.post("/subscriptions", {"medium": "mail", "address": "wang@example.org"}, status=201)["items"]
    silent = holder.post(f"/subscriptions/{told[0]['id']}", method="delete")["items"]
    fresh = holder.post("/rotate")
    again = Holder(fresh["receipt"], fresh["key"])

    assert [each["reason"] for each in looked] == ["到场前联系"]
    assert right == {"name": "王*", "phone": "139****1111", "is_secret": False}
    assert told[0]["address"] == "w***@example.org" and silent == []
    assert holder.get(status=404)["code"] == "receipt.missing" and again.get()["is_mine"]
    assert again.post("/erasure", {"what": "contact"}) == {"what": "contact"}
    assert not Contact.objects.filter(matter__number=number).exists()
    assert again.post("/erasure", {"what": "all"}) and again.get()["text"] == ""


def test_who_meets_the_same_joins_with_a_receipt_of_their_own_and_not_too_often(town):
    master = a_matter(town, "HANDLING", by=RESIDENT)
    body = json.dumps({"number": master.number, "text": "我也看到了"})
    join = lambda: Client().post("/api/v1/receipts", body, content_type="application/json")  # noqa: E731

    joined = join()

    assert joined.status_code == 201
    own = Holder(joined.json()["receipt"], joined.json()["key"]).get()
    assert own["state"] == "merged" and own["number"] != master.number
    assert Matter.objects.get(number=own["number"]).master_id == master.pk
    assert [join().status_code for _ in range(8)][-1] == 429
