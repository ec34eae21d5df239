"""Receipts: who holds one is the reporter of that matter and of no other; a link alone is nobody in particular."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.town import a_matter, a_photo, a_report, kinds_of
from tongxin.apps.journal.models import Entry, Evidence
from tongxin.apps.matters import actions, queries, receipts, unmaskings
from tongxin.apps.matters.actions.merging import follow
from tongxin.apps.matters.figures import counted
from tongxin.apps.matters.models import Contact, Deadline, Matter, Merge, Note, Report
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act, CloseKind
from tongxin.rules.permissions import RESIDENT, SYSTEM, holding_receipt

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONE = "138 0000 6027"


@pytest.fixture
def a_residents(town, now):
    """Walk a resident's matter to a state: `matter, me = a_residents("HANDLING")`."""

    def walked(state="AWAITING_ACCEPTANCE", **told):
        told = {"contact_phone": PHONE, "contact_name": "王女士"} | told
        matter = a_matter(town, "AWAITING_CLOSING" if state == "CLOSED" else state, by=RESIDENT, **told)
        if state == "CLOSED":  # whoever left a telephone is answered
            close = {"close_as": CloseKind.NORMAL, "reply": "已清运，谢谢您。"}
            actions.take(Act.CLOSE, matter_id=matter.pk, by=town.duty_chief, now=now + HOUR / 2, **close)
            matter.refresh_from_db()
        return matter, holding_receipt(matter.pk)

    return walked


def refusal(act, **asked):
    with pytest.raises(Refused) as refused:
        act(**asked)
    return refused.value.code


def test_a_link_opens_one_matter_and_a_device_key_opens_it_until_the_link_is_changed(a_residents, now):
    matter, me = a_residents()
    other, _ = a_residents()
    key = receipts.key_of(matter)

    assert receipts.opened(str(matter.receipt)).pk == matter.pk
    assert receipts.opens(key, matter) and not receipts.opens(key, other)
    assert receipts.own({matter.pk: key, other.pk: key}) == [matter]
    for wrong in (uuid4(), "0", str(matter.receipt)[:-1], "../" * 12):
        assert refusal(receipts.opened, receipt=wrong) == "receipt.missing"

    changed = actions.rotate(matter_id=matter.pk, by=me, now=now)

    assert refusal(receipts.opened, receipt=matter.receipt) == "receipt.missing"
    assert receipts.opened(changed.receipt).pk == matter.pk
    assert not receipts.opens(key, Matter.objects.get(pk=matter.pk))
    assert "receipt.rotate" in kinds_of(matter)


def test_a_receipt_reads_and_does_nothing_beyond_its_own_matter(town, a_residents, now):
    matter, _ = a_residents("HANDLING")
    _, other = a_residents()
    acts = (actions.supplement, actions.urge, actions.wish_ended)
    rights = (actions.rotate, actions.erase_contact, actions.erase_own)

    for somebody in (other, RESIDENT, town.grid_worker, town.duty_chief):
        asked = {"matter_id": matter.pk, "by": somebody, "now": now}
        assert {refusal(act, text="还有", **asked) for act in acts} == {"matter.missing"}
        assert {refusal(right, **asked) for right in rights} == {"matter.missing"}
        assert refusal(actions.correct, name="", phone="12345", **asked) == "matter.missing"
    assert list(queries.visible_to(other).values_list("pk", flat=True)) == [other.matter_id]
    assert refusal(unmaskings.readers, actor=other, number=matter.number) == "matter.missing"
    assert Contact.objects.get(matter=matter).phone == PHONE


def test_who_knows_the_end_of_the_telephone_is_believed_and_who_guesses_waits(a_residents, now):
    matter, _ = a_residents()
    silent, _ = a_residents(contact_phone="", contact_name="")
    asked = {"matter_id": matter.pk, "by": RESIDENT}

    assert actions.prove(digits="6027", now=now, **asked).pk == matter.pk
    assert refusal(actions.prove, digits="602", now=now, **asked) == "receipt.four_digits"
    for guess in range(5):
        assert refusal(actions.prove, digits=f"000{guess}", now=now, **asked) == "receipt.no_match"
    assert refusal(actions.prove, digits="6027", now=now, **asked) == "receipt.guessed_too_often"
    assert kinds_of(matter).count("receipt.guess") == 5  # what was not heard is not written
    assert actions.prove(digits="6027", now=now + HOUR, **asked).pk == matter.pk
    assert Contact.objects.get(matter=matter).guesses == 0
    for nothing in (silent.pk, None):
        code = refusal(actions.prove, matter_id=nothing, digits="6027", by=RESIDENT, now=now)
        assert code == "receipt.no_match"
    assert all(entry.data == {} for entry in Entry.objects.filter(kind__startswith="receipt."))


def test_what_the_reporter_adds_lies_beside_the_matter_for_those_who_handle_it(town, a_residents, now):
    matter, me = a_residents("HANDLING")

    actions.supplement(matter_id=matter.pk, text="桥底下还有一堆。", by=me, now=now)
    actions.add_photo(a_photo(7), matter_id=matter.pk, by=me, now=now)
    actions.wish_ended(matter_id=matter.pk, text="自己清掉了。", by=me, now=now)

    found = queries.one(town.handler, matter.number)
    assert (found.added, found.is_unwanted, found.state) == (1, True, "handling")
    assert set(found.notes.values_list("text", flat=True)) >= {"桥底下还有一堆。", "自己清掉了。"}
    assert refusal(actions.wish_ended, matter_id=matter.pk, text="x", by=me, now=now) == "resident.wished"
    assert refusal(actions.supplement, matter_id=matter.pk, text=" ", by=me, now=now) == "resident.no_text"


def test_a_reporter_urges_once_a_day(a_residents, now):
    matter, me = a_residents("HANDLING")

    actions.urge(matter_id=matter.pk, text="天快黑了", by=me, now=now)

    assert refusal(actions.urge, matter_id=matter.pk, text="快点", by=me, now=now + HOUR) == "resident.urged_today"
    actions.urge(matter_id=matter.pk, text="快点", by=me, now=now + DAY)
    assert Matter.objects.get(pk=matter.pk).urged == 2


def test_a_report_taken_back_is_no_work_and_counts_in_no_rate(town, a_residents, now):
    matter, me = a_residents("AWAITING_DISPATCH")
    before = counted(town.duty_chief, now)[0].counts.reported

    taken = actions.take(Act.WITHDRAW, matter_id=matter.pk, by=me, now=now + 5 * timedelta(minutes=1))

    found = Matter.objects.get(pk=matter.pk)
    assert (taken.state, found.close_as, found.is_late) == ("voided", CloseKind.WITHDRAWN, None)
    assert set(Deadline.objects.filter(matter=matter).values_list("outcome", flat=True)) <= {"dropped", "on_time"}
    assert not Deadline.objects.filter(matter=matter, ended_at__isnull=True).exists()
    assert counted(town.duty_chief, now)[0].counts.reported == before - 1
    back = actions.take(Act.REINSTATE, matter_id=matter.pk, by=town.duty_chief, now=now + HOUR, reason="另有人受影响")
    assert back.state == "awaiting_acceptance"
    assert Matter.objects.get(pk=matter.pk).close_as == ""


def test_five_households_make_it_a_group_and_each_keeps_a_receipt_of_its_own(town, a_residents, now):
    master, _ = a_residents("HANDLING")
    for n in range(4):
        actions.join(number=master.number, text=f"我家门口也是，{n}。", by=RESIDENT, now=now + HOUR)

    master.refresh_from_db()
    assert (master.children, master.households) == (4, 5)
    child = Matter.objects.filter(master=master).order_by("pk").first()
    assert child.receipt != master.receipt and child.template_code == master.template_code
    assert kinds_of(child) == ["matter.report", "resident.same", "matter.merge"]
    assert receipts.others_of(holding_receipt(child.pk), child) == 4

    again = actions.join(
        number=child.number, text="我也是。", by=RESIDENT, now=now + HOUR
    )  # follows whom that one does
    assert Matter.objects.get(pk=again.id).master_id == master.pk
    actions.take(Act.WITHDRAW, matter_id=again.id, by=holding_receipt(again.id), now=now + HOUR)
    master.refresh_from_db()
    assert (master.children, master.households) == (4, 5)
    assert not Merge.objects.filter(matter_id=again.id, ended_at__isnull=True).exists()
    actions.take(Act.UNMERGE, matter_id=child.pk, by=town.acceptor, now=now + HOUR)  # the desk thinks otherwise
    assert Matter.objects.get(pk=child.pk).state == "awaiting_acceptance"


def test_nobody_joins_what_is_sealed_over_or_not_there(a_residents, now):
    sealed, _ = a_residents(is_secret=True)
    over, _ = a_residents("CLOSED")
    asked = {"text": "我也是。", "by": RESIDENT, "now": now + HOUR}

    assert refusal(actions.join, number=sealed.number, **asked) == "join.missing"
    assert refusal(actions.join, number="KC991231-9999", **asked) == "join.missing"
    assert refusal(actions.join, number=over.number, **asked) == "join.ended"
    assert Matter.objects.count() == 2


def test_who_follows_another_report_reads_its_answer_and_none_of_what_staff_noted(town, a_residents, now):
    master, _ = a_residents("AWAITING_CLOSING")
    child = actions.join(number=master.number, text="我也看到了。", by=RESIDENT, now=now + HOUR)
    close = {"close_as": CloseKind.SPECIAL, "reason": "内部：先这样结。", "reply": "已清理，谢谢您。"}

    actions.take(Act.CLOSE, matter_id=master.pk, by=town.duty_chief, now=now + HOUR, **close)
    follow(master_id=master.pk, by=SYSTEM, now=now + HOUR)

    assert Matter.objects.get(pk=child.id).state == "closed"
    assert "已清理，谢谢您。" in Note.objects.filter(matter_id=child.id).values_list("text", flat=True)
    assert not Note.objects.filter(matter_id=child.id, text__contains="内部").exists()
    rated = {"matter_id": child.id, "by": holding_receipt(child.id), "now": now + 2 * HOUR}
    actions.rate(rating="satisfied", is_solved=True, text="", **rated)
    assert Matter.objects.get(pk=child.id).rating == "satisfied"


def test_erasing_what_is_own_leaves_the_matter_its_place_and_its_story_and_nothing_of_the_person(
    town, a_residents, now
):
    matter, me = a_residents("HANDLING", form={}, text="王阿姨家门口，电话13800006027，垃圾没人收。")
    staff = actions.attach(a_photo(1), matter_id=matter.pk, kind="other", by=town.handler, now=now)
    mine = actions.add_photo(a_photo(150), matter_id=matter.pk, by=me, now=now)
    actions.supplement(matter_id=matter.pk, text="请找王阿姨。", by=me, now=now)
    actions.take(Act.PROGRESS, matter_id=matter.pk, by=town.handler, now=now, reason="已到现场。")
    story = kinds_of(matter)

    actions.erase_own(matter_id=matter.pk, by=me, now=now + HOUR)

    found = queries.one(town.handler, matter.number)
    assert not Contact.objects.filter(matter=matter).exists()
    assert (found.report.text, found.report.erased_at, found.title) == ("", now + HOUR, "暴露垃圾")
    assert list(found.notes.values_list("text", flat=True)) == ["已到现场。"]
    assert (Evidence.objects.get(pk=mine.pk).erased_at, Evidence.objects.get(pk=staff.pk).erased_at) == (
        now + HOUR,
        None,
    )
    assert (found.area, found.lon, found.state, found.place) == (matter.area, matter.lon, "handling", matter.place)
    assert kinds_of(matter)[: len(story)] == story and kinds_of(matter)[-1] == "resident.erase"
    assert not Report.objects.filter(words="王阿姨").exists()
    assert queries.worklist(town.handler, queries.Filters(words="王阿姨"), now).rows == []
    actions.take(
        Act.PROGRESS, matter_id=matter.pk, by=town.handler, now=now + HOUR, reason="继续。"
    )  # the matter goes on


def test_what_was_said_with_a_rating_goes_too_where_the_platform_wrote_it_down_again(a_residents, now):
    matter, me = a_residents("CLOSED")
    said = {"rating": "dissatisfied", "is_solved": False, "text": "王阿姨说还是臭。"}
    actions.rate(matter_id=matter.pk, by=me, now=now + HOUR, **said)

    actions.erase_own(matter_id=matter.pk, by=me, now=now + DAY)

    assert not Note.objects.filter(text__contains="王阿姨").exists()
    assert Matter.objects.get(pk=matter.pk).rating == "dissatisfied"  # of the work, not of a person: it stays


def test_a_contact_is_set_right_by_its_owner_and_the_journal_does_not_know_it(a_residents, now):
    matter, me = a_residents()

    actions.correct(matter_id=matter.pk, name="王", phone="0570-3023456", by=me, now=now)

    assert Contact.objects.get(matter=matter).phone == "0570-3023456"
    with pytest.raises(Invalid):
        actions.correct(matter_id=matter.pk, name="王", phone="没有", by=me, now=now)
    entry = Entry.objects.get(kind="resident.correct")
    assert entry.data == {} and entry.actor == f"receipt:{matter.pk}"


def test_contacts_are_erased_when_their_time_is_over_and_sooner_after_a_rescue(town, a_residents, now, settings):
    settings.CONTACT_DAYS = 180
    (usual, _), (still_open, _) = a_residents("CLOSED"), a_residents()
    rescue = actions.report(a_report(template="H12", contact_phone=PHONE), by=RESIDENT, now=now)
    Matter.objects.filter(pk=rescue.id).update(state="closed", closed_at=now)

    def left(days):
        actions.purge(by=SYSTEM, now=now + timedelta(days=days, hours=1))
        return set(Contact.objects.values_list("matter_id", flat=True))

    assert left(29) == {usual.pk, still_open.pk, rescue.id}
    assert left(30) == {usual.pk, still_open.pk}
    assert left(180) == {still_open.pk}
    assert kinds_of(usual)[-1] == "resident.purge"
    with pytest.raises(NotAllowed):
        actions.purge(by=town.system_admin, now=now)


def test_the_reporter_reads_who_looked_by_post_and_reason_without_an_account(town, a_residents, now):
    matter, me = a_residents("HANDLING")
    actions.unmask(matter_id=matter.pk, reason="到场前联系", by=town.handler, now=now)

    (look,) = unmaskings.readers(me, matter.number).looks

    assert (look.role, look.unit_id, look.reason) == ("handler", town.unit["sanitation"], "到场前联系")
    with pytest.raises(Missing):
        unmaskings.readers(RESIDENT, matter.number)
