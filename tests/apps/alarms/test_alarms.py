"""A dispute the police hand over is one incident, pushed three ways; only the incident is kept, and its end is told."""

from datetime import date, timedelta

import pytest

from tests.apps.alarms.conftest import PHONE
from tests.town import AT_SEA, NOW, ZHANGTAN_01, a_report, find, kinds_of
from tongxin.apps.alarms import actions, queries
from tongxin.apps.alarms.models import Alarm, Heard, Partner, Push, Station, Telling
from tongxin.apps.alarms.sealing import secrets_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.journal.outbox import drain
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters import overlay_queues
from tongxin.apps.matters.models import Contact, Deadline, Matter
from tongxin.apps.notify import telling
from tongxin.apps.notify.models import Notice, Sending
from tongxin.apps.people import queries as people
from tongxin.apps.people.models import Person, Post
from tongxin.rules.alarms import Answering, Category, Outcome, Result
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act, Ground
from tongxin.rules.permissions import RESIDENT, SYSTEM, Role
from tongxin.rules.sealing import Seal

REFUSAL = {"ground": Ground.NOT_OURS, "reason": "属于法院执行。", "route": "请向法院申请执行"}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def follow(now):
    """Let the reactions of this app see what happened to matters since."""
    entries = list(Entry.objects.filter(kind__in=actions.following.KINDS))
    actions.follow(entries, by=SYSTEM, now=now)


def test_a_dispute_becomes_one_sealed_matter_pushed_three_ways(town, police):
    taken = police.hand_over()

    matter, pushes = taken.alarm.matter, police.pushes(taken.alarm)
    assert (matter.channel, matter.template_code, matter.seal) == ("police", "A01", Seal.DISPUTE)
    assert (matter.report.text, matter.contact.phone) == ("两户为院墙界址争执。", PHONE)
    assert {to: push.unit_id for to, push in pushes.items()} == {
        "attending": police.units["county"],
        "responsible": police.units["station"],
        "desk": town.unit["command_room"],
    }
    assert {push.due_at - NOW for push in pushes.values()} == {30 * MINUTE}  # 15:42 on a working day


def test_at_night_a_station_is_on_its_feet_and_the_desk_is_asked_in_the_morning_unless_it_is_urgent(police):
    night = NOW.replace(hour=23, minute=0)  # a Friday

    calm, hurt = (police.hand_over(n, at=night, is_hurt=n == "J2").alarm for n in ("J1", "J2"))

    waits = {to: push.due_at - night for to, push in police.pushes(calm).items()}
    assert (waits["attending"], waits["responsible"]) == (30 * MINUTE, 30 * MINUTE)
    assert waits["desk"] > 2 * DAY  # the week opens on Monday
    assert {push.due_at - night for push in police.pushes(hurt).values()} == {30 * MINUTE}
    assert (calm.matter.urgency, hurt.matter.urgency) == ("N", "U")


def test_the_same_alarm_is_the_same_incident_however_often_it_is_told(police):
    first, again = police.hand_over(), police.hand_over(text="完全另一段话。", category=Category.DEBT)

    assert (again.is_new, again.number, again.alarm) == (False, first.number, first.alarm)
    assert (Alarm.objects.count(), Push.objects.count(), Matter.objects.count()) == (1, 3, 1)


def test_an_unknown_station_or_point_loses_no_alarm_but_another_ones_ground_does(police):
    unknown = police.hand_over("J1", station="没见过的编码").alarm
    nowhere = police.hand_over("J2", point=AT_SEA).alarm

    with pytest.raises(Invalid, match=r"alarm\.elsewhere"):
        police.hand_over("J3", point=ZHANGTAN_01)

    assert police.pushes(unknown)["attending"].unit_id == police.units["station"]
    assert nowhere.area == "330802"  # the ground of the station that attends
    assert list(Alarm.objects.order_by("number").values_list("number", flat=True)) == ["J1", "J2"]
    assert Matter.objects.count() == 2


def test_a_correction_replaces_the_words_until_they_are_accepted_and_is_added_after(town, police):
    alarm = police.hand_over().alarm
    told = {"by": police.by, "now": NOW + MINUTE}

    actions.correct(police.partner.pk, "J1", message="c1", text="实为三户。有树枝过界。", is_hurt=True, **told)
    matters.take(Act.ACCEPT, matter_id=alarm.matter_id, by=town.duty_chief, now=NOW + 2 * MINUTE)
    for _ in range(2):  # the second time it is known
        actions.correct(
            police.partner.pk, "J1", message="c2", text="其中一户已搬走。", contact=("另一位", "13900000000"), **told
        )

    matter = Matter.objects.get(pk=alarm.matter_id)
    notes = dict(matter.notes.values_list("seq", "text"))
    assert (matter.title, matter.report.text) == ("实为三户", "实为三户。有树枝过界。")
    assert list(notes.values()) == ["两户为院墙界址争执。", "其中一户已搬走。"]  # what stood before, what came after
    assert [kind for kind in kinds_of(matter) if kind.startswith(("partner", "resident"))] == [
        "partner.reword", "resident.supplement", "resident.correct"
    ]  # fmt: skip
    assert (matter.contact.phone, Alarm.objects.get().is_hurt) == ("13900000000", True)


def test_an_alarm_taken_back_stays_with_the_reason_beside_it(police):
    alarm = police.hand_over().alarm

    for message in ("w1", "w2"):
        actions.withdraw(police.partner.pk, "J1", message=message, reason="报警人误报", by=police.by, now=NOW)

    matter = Matter.objects.get(pk=alarm.matter_id)
    assert [note.text for note in matter.notes.all()] == ["公安机关撤回此警情。报警人误报"]
    assert (matter.closed_at, Alarm.objects.get().withdrawn_at) == (None, NOW)
    with pytest.raises(Missing):
        actions.withdraw(police.partner.pk, "J9", message="w3", by=police.by, now=NOW)


def test_who_sees_an_alarm(town, police):
    Post.objects.filter(person_id=town.second_chief.person_id).update(seals=[])
    unnamed = Person.objects.create(name="某")  # of the desk's own unit, but no post of its desk
    Post.objects.create(
        person=unnamed,
        unit_id=town.unit["command_room"],
        role=Role.HANDLER,
        area="330802001",
        start_on=date(2020, 1, 1),
    )
    alarm, town = police.hand_over().alarm, find()

    seen = {name for name, actor in (town.cast | police.officers).items() if alarm in queries.visible_to(actor)}
    assert seen == {"duty_chief", "commander", "county_chief", "county_commander", "city_chief", "hotline_chief",
                    "station", "county"}  # fmt: skip
    assert alarm not in queries.visible_to(people.actor_of(unnamed.pk, NOW))
    assert "second_chief" not in seen  # of the same room, but not named for what lies sealed
    assert not any(name.startswith("neighbouring") for name in seen)
    for actor in police.officers.values():  # the push lets them read the alarm, not the matter with its contact
        with pytest.raises(Missing):
            matters.unmask(matter_id=alarm.matter_id, reason="核实情况", by=actor, now=NOW)


def test_each_unit_answers_its_own_push_and_no_other(town, police):
    pushes = police.pushes(police.hand_over().alarm)
    told = {"answering": Answering.ACKNOWLEDGE, "now": NOW + MINUTE}

    actions.answer(push_id=pushes["attending"].pk, by=police.officers["county"], **told)
    for by, to in ((police.officers["station"], "attending"), (town.county_chief, "desk")):
        with pytest.raises(NotAllowed if by is town.county_chief else Missing):
            actions.answer(push_id=pushes[to].pk, by=by, **told)
    for by in (town.dispatcher, town.neighbouring_chief, town.handler):
        with pytest.raises(Missing):
            actions.answer(push_id=pushes["desk"].pk, by=by, **told)

    found = {push.to: push.acknowledged_at for push in Push.objects.all()}
    assert found == {"attending": NOW + MINUTE, "responsible": None, "desk": None}


def test_the_town_notes_who_reported_and_who_called_as_units_and_feeds_back_in_codes(town, police):
    Partner.objects.update(url="https://police.example/")
    desk = police.pushes(police.hand_over().alarm)["desk"]
    told = {"push_id": desk.pk, "by": town.duty_chief}

    actions.answer(answering=Answering.GRID_WORKER_ARRIVES, now=NOW + MINUTE, **told)
    actions.answer(answering=Answering.MEDIATOR_VISITS, now=NOW + 2 * MINUTE, **told)
    actions.answer(answering=Answering.FEED_BACK, result=Result.MEDIATING, now=NOW + 3 * MINUTE, **told)
    actions.answer(answering=Answering.FEED_BACK, result=Result.SETTLED, now=NOW + HOUR, **told)
    with pytest.raises(Refused, match=r"alarm\.done_before"):
        actions.answer(answering=Answering.MEDIATOR_VISITS, now=NOW + HOUR, **told)
    with pytest.raises(Invalid, match=r"alarm\.no_result"):
        actions.answer(answering=Answering.FEED_BACK, now=NOW + HOUR, **told)

    desk.refresh_from_db()
    assert (desk.acknowledged_at, desk.arrived_at, desk.visited_at) == (
        NOW + MINUTE, NOW + MINUTE, NOW + 2 * MINUTE
    )  # fmt: skip
    assert list(Telling.objects.order_by("pk").values_list("to", "what")) == [
        ("desk", "mediating"),
        ("desk", "settled"),
    ]
    entries = Entry.objects.filter(subject__startswith="alarm:")
    assert not [entry for entry in entries if set(entry.data) & {"name", "text", "person", "phone"}]


def test_who_says_nothing_in_time_is_told_of_once_and_only_whoever_may_see_it_hears(town, police):
    alarm = police.hand_over().alarm
    actions.answer(
        push_id=police.pushes(alarm)["attending"].pk,
        answering=Answering.ACKNOWLEDGE,
        by=police.officers["county"],
        now=NOW,
    )

    early = actions.tell_late(by=SYSTEM, now=NOW + 30 * MINUTE)
    late = [actions.tell_late(by=SYSTEM, now=NOW + 31 * MINUTE) for _ in range(2)]
    drain(NOW + HOUR)

    told = set(Notice.objects.filter(about=f"alarm:{alarm.pk}").values_list("occasion", "person_id"))
    chiefs = {town.duty_chief.person_id, town.second_chief.person_id}
    station, county = (police.officers[name].person_id for name in ("station", "county"))
    assert (early, late) == (0, [2, 0])
    assert {who for occasion, who in told if occasion == "alarm_pushed"} == chiefs | {station, county}
    assert {who for occasion, who in told if occasion == "alarm_late"} == chiefs | {station}


def test_accepting_the_matter_acknowledges_the_desks_push_and_its_end_is_owed_to_the_police_once(town, police):
    Partner.objects.update(url="https://police.example/")
    alarm = police.hand_over().alarm
    step = {"matter_id": alarm.matter_id, "by": town.duty_chief}
    matters.take(Act.ACCEPT, now=NOW + MINUTE, **step)
    matters.take(Act.FILE, now=NOW + 2 * MINUTE, **step)
    matters.take(Act.DISPATCH, unit_id=town.unit["sanitation"], now=NOW + 3 * MINUTE, **step)
    matters.take(Act.SIGN, matter_id=alarm.matter_id, by=town.handler, now=NOW + 4 * MINUTE)
    told = {"matter_id": alarm.matter_id, "now": NOW + HOUR}
    matters.take(Act.HANDLE, by=town.handler, reason="双方已签调解协议。", **told)

    for _ in range(2):
        follow(NOW + HOUR)

    alarm.refresh_from_db()
    assert police.pushes(alarm)["desk"].acknowledged_at == NOW + MINUTE
    assert (alarm.outcome, alarm.ended_at) == (Outcome.HANDLED, None)
    assert [(each.what, each.to) for each in Telling.objects.all()] == [("handled", "")]


def test_what_is_not_taken_on_leaves_nothing_to_answer(town, police):
    alarm = police.hand_over().alarm

    matters.take(Act.REFUSE, matter_id=alarm.matter_id, by=town.duty_chief, now=NOW + MINUTE, **REFUSAL)
    follow(NOW + MINUTE)

    alarm.refresh_from_db()
    assert (alarm.outcome, alarm.ended_at) == (Outcome.NOT_TAKEN, NOW + MINUTE)
    assert not Telling.objects.exists()  # this partner named no address
    told = {"answering": Answering.FEED_BACK, "result": Result.SETTLED, "by": town.duty_chief, "now": NOW + HOUR}
    with pytest.raises(Refused, match=r"alarm\.ended"):
        actions.answer(push_id=police.pushes(alarm)["desk"].pk, **told)


def test_the_contact_goes_thirty_days_after_the_end_and_the_incident_stays(town, police, settings):
    settings.CONTACT_DAYS, settings.POLICE_CONTACT_DAYS = 180, 30
    alarm = police.hand_over().alarm
    matters.take(Act.REFUSE, matter_id=alarm.matter_id, by=town.duty_chief, now=NOW, **REFUSAL)

    before = matters.purge(by=SYSTEM, now=NOW + 30 * DAY)
    after = matters.purge(by=SYSTEM, now=NOW + 31 * DAY)

    assert (before, after) == (0, 1)
    assert not Contact.objects.filter(matter_id=alarm.matter_id).exists()
    assert Alarm.objects.get().matter.report.text


def test_a_party_whom_the_police_named_is_never_texted(town, police, settings):
    settings.SMS_GATEWAY = "https://sms.example/"
    alarm = police.hand_over().alarm
    resident = matters.report(a_report(contact_phone=PHONE, channel=Channel.RESIDENT), by=RESIDENT, now=NOW)

    for matter_id in (alarm.matter_id, resident.id):
        matters.take(Act.ACCEPT, matter_id=matter_id, by=town.duty_chief, now=NOW)
    telling.tell(list(Entry.objects.filter(kind="matter.accept")), NOW)

    assert [each.matter_id for each in Sending.objects.filter(medium="sms")] == [resident.id]


def test_a_correction_that_somebody_is_hurt_hurries_what_waits_and_nothing_calls_anybody_off(town, police):
    night = NOW.replace(hour=23, minute=0)  # a Friday
    alarm = police.hand_over(at=night).alarm
    actions.answer(
        push_id=police.pushes(alarm)["attending"].pk,
        answering=Answering.ACKNOWLEDGE,
        by=police.officers["county"],
        now=night,
    )
    assert police.pushes(alarm)["desk"].due_at - night > 2 * DAY
    told = {"by": police.by, "now": night + 10 * MINUTE}

    actions.correct(police.partner.pk, "J1", message="c1", is_hurt=True, **told)
    for n, calm in enumerate(({"is_hurt": False}, {"text": "已送医。"})):
        actions.correct(police.partner.pk, "J1", message=f"c{n + 2}", **calm, **told)

    after, matter = police.pushes(alarm), Matter.objects.get(pk=alarm.matter_id)
    clocks = Deadline.objects.filter(matter=alarm.matter_id, clock="accept").order_by("id")
    assert (matter.urgency, matter.due_at) == ("U", night + 15 * MINUTE)  # five from when it was known
    assert list(clocks.values_list("outcome", "due_at"))[1:] == [("", matter.due_at)]
    assert clocks[0].outcome == "dropped"  # neither met nor missed
    assert after["desk"].due_at == night + 40 * MINUTE  # half an hour from when it was known
    assert [after[to].due_at for to in ("attending", "responsible")] == [night + 30 * MINUTE] * 2
    assert kinds_of(matter).count("matter.hasten") == 1
    actions.correct(police.partner.pk, "J1", message="c9", has_weapon=True, by=police.by, now=night + DAY)
    again = Matter.objects.get(pk=alarm.matter_id)
    assert (again.urgency, again.due_at) == ("E", matter.due_at)  # what was late already is given no time


def test_figures_count_towns_and_what_the_reader_may_see(town, police):
    pushes = police.pushes(police.hand_over("J1").alarm)
    police.hand_over("J2")
    told = {"answering": Answering.ACKNOWLEDGE}
    actions.answer(push_id=pushes["desk"].pk, by=town.duty_chief, now=NOW + MINUTE, **told)
    actions.answer(push_id=pushes["attending"].pk, by=police.officers["county"], now=NOW + 31 * MINUTE, **told)

    seen = queries.figures(town.county_chief, NOW, NOW + DAY)

    assert seen == [queries.Figures("330802001", alarms=2, pushes=6, in_time=1, settled=0, open=2)]
    assert queries.figures(town.neighbouring_chief, NOW, NOW + DAY) == []
    assert queries.figures(town.county_chief, NOW + DAY, NOW + 2 * DAY) == []


def test_what_waits_for_a_unit_is_counted_where_it_answers_and_its_scope_or_its_push_reaches(town, police):
    police.hand_over("J1")
    police.hand_over("J2")
    taken = police.pushes(police.hand_over("J3").alarm)
    actions.answer(push_id=taken["desk"].pk, answering=Answering.ACKNOWLEDGE, by=town.duty_chief, now=NOW)

    def counted(who, at) -> tuple[int, int] | None:
        clause = queries.tally(who, at)
        found = overlay_queues.tallies(who, [], [], at, [clause])[1][queries.TALLY] if clause else None
        return (found.count, found.overdue) if found else None

    assert counted(town.duty_chief, NOW + MINUTE) == (2, 0)
    assert counted(town.duty_chief, NOW + HOUR) == (2, 2)
    assert counted(police.officers["county"], NOW + HOUR) == (3, 3)
    assert counted(town.neighbouring_chief, NOW + HOUR) == (0, 0)
    assert counted(town.leader, NOW) is None


def test_the_ledger_is_kept_by_who_hands_out_keys_and_keeps_its_secrets_sealed(town, police, settings):
    told = {"name": "开化公安", "area": "330802", "now": NOW}
    with pytest.raises(NotAllowed):
        actions.open_partner(code="kh", by=town.duty_chief, **told)
    with pytest.raises(Invalid, match=r"alarm\.partner_taken"):
        actions.open_partner(code="110", by=town.security_admin, **told)
    with pytest.raises(Invalid, match=r"destination\.not_https"):
        actions.open_partner(code="kh", url="http://police.example/", by=town.security_admin, **told)

    fresh = actions.rotate_secret(partner_id=police.partner.pk, by=town.security_admin, now=NOW)

    partner = Partner.objects.get()
    assert secrets_of(partner, NOW) == [fresh, police.secret]
    assert secrets_of(partner, NOW + DAY) == [fresh]
    assert fresh.encode() not in bytes(partner.sealed_secret)
    actions.drop_station(partner_id=partner.pk, code="3308-PATROL", by=town.security_admin, now=NOW)
    assert not Station.objects.exists()
    kinds = list(Entry.objects.filter(subject=f"police:{partner.pk}").order_by("seq").values_list("kind", flat=True))
    assert kinds == ["police.open", "police.station", "police.rotate", "police.station_drop"]


def test_messages_are_remembered_for_as_long_as_their_signature_could_be_good(police):
    police.hand_over()

    gone = [actions.purge(by=SYSTEM, now=NOW + minutes * MINUTE) for minutes in (14, 15)]

    assert (gone, Heard.objects.count()) == ([0, 1], 0)
