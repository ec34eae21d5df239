"""Proof by a code: sent to what was left and to nothing else, kept nowhere, and of no use to who guesses."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import town as towns
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify import proofs, sending
from tongxin.apps.notify.actions import (
    end_silence,
    prove_by_code,
    prove_by_digits,
    send_code,
    set_wording,
    silence,
    subscribe,
)
from tongxin.apps.notify.models import Proof, Sending, Silence, Subscription
from tongxin.apps.notify.purging import PROOFS, purge
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import RESIDENT, holding_receipt

PHONE, MAIL = "13812346027", "zhou@example.com"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    """Signatures are as old as they are by the real clock."""
    return timezone.now()


def a_report(town, now, **told) -> Matter:
    reported = matters.report(towns.a_report(**({"contact_phone": PHONE} | told)), by=RESIDENT, now=now)
    return Matter.objects.get(pk=reported.id)


def refused(act, **asked) -> str:
    with pytest.raises(Refused) as refusal:
        act(by=RESIDENT, **asked)
    return refusal.value.code


def test_a_code_goes_to_the_telephone_that_was_left_opens_once_and_stands_nowhere(town, now, gateway, house):
    matter = a_report(town, now, template="F05")  # sealed: the message says its number and nothing else
    house.QUIET_HOURS = "00:00-23:59"  # who asks is awake

    assert send_code(matter_id=matter.pk, medium="sms", by=RESIDENT, now=now) == "sms"
    sending.send_due(now)

    (message,) = gateway.taken
    (code,) = re.findall(r"\d{6}", message.text.replace(matter.number, ""))
    assert message.to == PHONE and matter.number in message.text
    assert str(matter.receipt) not in message.text and "http" not in message.text
    proof = Proof.objects.get()
    kept = [str(bytes(proof.seed)), *(str(row) for row in Sending.objects.values_list())]
    kept += [str(entry.data) for entry in Entry.objects.filter(kind__startswith="receipt.")]
    assert not [each for each in kept if code in each]
    assert prove_by_code(matter_id=matter.pk, code=f" {code[:3]} {code[3:]} ", by=RESIDENT, now=now).pk == matter.pk
    assert refused(prove_by_code, matter_id=matter.pk, code=code, now=now) == "proof.over"


def test_a_code_is_over_after_five_guesses_ten_minutes_or_another_code(town, now, gateway):
    matter = a_report(town, now)
    asked = {"matter_id": matter.pk, "medium": "sms", "by": RESIDENT}
    send_code(**asked, now=now)
    first = proofs.code_of(Proof.objects.get())
    wrong = f"{(int(first) + 1) % 10**6:06}"

    codes = [refused(prove_by_code, matter_id=matter.pk, code=wrong, now=now) for _ in range(5)]
    assert codes == ["proof.wrong"] * 4 + ["proof.over"]
    assert refused(prove_by_code, matter_id=matter.pk, code=first, now=now) == "proof.over"
    assert refused(send_code, matter_id=matter.pk, medium="sms", now=now + MINUTE / 2) == "proof.too_many"
    send_code(**asked, now=now + 2 * MINUTE)
    send_code(**asked, now=now + 4 * MINUTE)
    second, third = (proofs.code_of(each) for each in Proof.objects.order_by("id")[1:])
    if second != third:
        assert refused(prove_by_code, matter_id=matter.pk, code=second, now=now + 4 * MINUTE) == "proof.wrong"
    assert refused(prove_by_code, matter_id=matter.pk, code=third, now=now + 14 * MINUTE) == "proof.over"
    assert refused(send_code, matter_id=matter.pk, medium="sms", now=now + 30 * MINUTE) == "proof.too_many"
    sending.send_due(now + 15 * MINUTE)  # the gateway was away: what is too late is not sent
    assert gateway.taken == [] and set(Sending.objects.values_list("state", "code")) == {("dropped", "over")}
    purge(now + PROOFS + 5 * MINUTE)
    assert not Proof.objects.exists()


def test_a_matter_there_is_not_and_one_without_a_code_look_alike(town, now, gateway):
    other, matter = a_report(town, now), a_report(town, now)
    send_code(matter_id=other.pk, medium="sms", by=RESIDENT, now=now)
    code = proofs.code_of(Proof.objects.get())

    for nothing in (matter.pk, None, 10**9):
        assert refused(prove_by_code, matter_id=nothing, code=code, now=now) == "proof.over"
    with pytest.raises(Invalid, match="six_digits"):
        prove_by_code(matter_id=other.pk, code="12345", by=RESIDENT, now=now)
    with pytest.raises(Missing, match="no_way"):
        send_code(matter_id=10**9, medium="sms", by=RESIDENT, now=now)


def test_digits_open_only_what_no_code_can_be_sent_for(town, now, gateway, letters, house):
    called, mailed = a_report(town, now), a_report(town, now, contact_phone="0570-3026027")
    by = holding_receipt(mailed.pk)
    subscribe(channel="mail", address=MAIL, matter_id=mailed.pk, by=by, now=now)

    assert [[way.medium for way in proofs.ways(each.pk)] for each in (called, mailed)] == [["sms"], ["mail"]]
    for each in (called, mailed):
        assert refused(prove_by_digits, matter_id=each.pk, digits="6027", now=now) == "proof.by_code"
    send_code(matter_id=mailed.pk, medium="mail", by=RESIDENT, now=now)
    sending.send_due(now)
    (letter,) = letters
    code = proofs.code_of(Proof.objects.get())
    assert letter["To"] == MAIL and code in letter.get_content() and str(mailed.receipt) not in letter.get_content()
    assert prove_by_code(matter_id=mailed.pk, code=code, by=RESIDENT, now=now).pk == mailed.pk

    house.SMS_GATEWAY = ""
    assert prove_by_digits(matter_id=called.pk, digits="6027", by=RESIDENT, now=now).pk == called.pk
    with pytest.raises(Invalid):
        set_wording(occasion="proof", medium="sms", language="en", text="{number}", by=town.system_admin, now=now)


def test_whoever_wants_to_be_told_of_nothing_leaves_a_telephone_and_hears_nothing(town, now, worked, gateway):
    matter, other = a_report(town, now), a_report(town, now)
    me = holding_receipt(matter.pk)
    silence(matter_id=matter.pk, by=me, now=now)
    for each in (matter, other):
        matters.take(Act.ACCEPT, matter_id=each.pk, by=town.acceptor, now=now)
    worked(now)

    assert [other.number in each.text for each in gateway.taken] == [True]
    with pytest.raises(NotAllowed):
        silence(matter_id=other.pk, by=me, now=now)
    send_code(matter_id=matter.pk, medium="sms", by=RESIDENT, now=now)  # what one asks for oneself is no news
    sending.send_due(now)
    assert len(gateway.taken) == 2

    end_silence(matter_id=matter.pk, by=me, now=now)
    matters.take(Act.FILE, matter_id=matter.pk, by=town.duty_chief, now=now)
    given = {"unit_id": town.unit["sanitation"]}
    matters.take(Act.DISPATCH, matter_id=matter.pk, by=town.dispatcher, now=now, **given)
    worked(now)
    assert matter.number in gateway.taken[-1].text and len(gateway.taken) == 3


def test_silence_reaches_what_was_owed_before_and_ends_with_another_wish(town, now, gateway):
    matter = a_report(town, now)
    me = holding_receipt(matter.pk)
    matters.take(Act.ACCEPT, matter_id=matter.pk, by=town.acceptor, now=now)
    while any(sending_of(now)):
        pass
    assert Sending.objects.get().state == "waiting"

    silence(matter_id=matter.pk, by=me, now=now)
    sending.send_due(now)

    assert gateway.taken == [] and Sending.objects.get().state == "dropped"
    subscribe(channel="sms", address="13900000001", matter_id=matter.pk, by=me, now=now)
    assert not Silence.objects.exists()
    silence(matter_id=matter.pk, by=me, now=now)
    assert not Subscription.objects.exists()


def sending_of(now):
    """Let the worker read the journal, and send nothing yet."""
    from tongxin.apps.journal import outbox

    return outbox.drain(now)
