"""Who is told what: those whose work it becomes, whoever asked, whoever reported; nobody what may not be seen."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from tests import town as towns
from tongxin.apps.journal import outbox
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify import queries, speaking
from tongxin.apps.notify.actions import choose, read_all, read_one, set_robot, subscribe
from tongxin.apps.notify.models import Notice, Sending
from tongxin.apps.people.models import Post
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Missing
from tongxin.rules.lifecycles.matter import Act, Ground
from tongxin.rules.occasions import Group, Occasion
from tongxin.rules.overlays import extension
from tongxin.rules.permissions import holding_receipt
from tongxin.rules.working_time import Limit


def told(actor, **narrowed) -> list[tuple[str, str]]:
    """Return what somebody reads at the bell: occasion and number, oldest first."""
    return [(row.occasion, row.number) for row in reversed(queries.notices(actor, **narrowed).rows)]


def test_a_unit_hears_of_new_work_and_the_desk_of_what_comes_back(town, now, worked):
    matter = towns.a_matter(town, "AWAITING_SIGNATURE")
    returned = {"reason": "不属环卫。", "ground": Ground.NOT_OURS, "suggested_unit": town.unit["enforcement"]}
    worked(now)
    assert told(town.handler) == told(town.handler_head) == [(Occasion.TO_SIGN, matter.number)]
    assert queries.unread(town.handler) == 1

    actions.take(Act.RETURN, matter_id=matter.pk, by=town.handler, now=now + timedelta(minutes=9), **returned)
    worked(now + timedelta(minutes=9))

    assert told(town.dispatcher) == [(Occasion.RETURNED, matter.number)]
    assert told(town.handler_head) == []  # the matter has left the unit, and with it what was said of it
    for stranger in (town.neighbouring_handler, town.neighbouring_dispatcher, town.enforcer, town.system_admin):
        assert told(stranger) == []


def test_nobody_is_told_of_the_own_act_and_whoever_asked_hears_the_answer(town, now, worked):
    matter = towns.a_matter(town, "HANDLING")
    ask = {"limit": Limit.parse("2wh"), "reason": "车辆检修，请延两小时。"}
    asked = actions.take_over(extension.Act.ASK, matter_id=matter.pk, by=town.handler, now=now, **ask)
    worked(now)

    actions.take_over(
        extension.Act.GRANT, matter_id=matter.pk, overlay_id=asked.id, by=town.duty_chief, now=now + timedelta(hours=1)
    )
    worked(now + timedelta(hours=1))

    assert (Occasion.TO_DECIDE, matter.number) in told(town.duty_chief)
    assert (Occasion.TO_DECIDE, matter.number) in told(town.second_chief)
    assert told(town.handler)[-1] == (Occasion.DECIDED, matter.number)
    assert Occasion.DECIDED not in {occasion for occasion, _ in told(town.duty_chief)}


def test_delivering_twice_tells_once_and_old_news_tell_nobody(town, now, worked):
    matter = towns.a_matter(town, "AWAITING_SIGNATURE")
    towns.a_matter(town, "AWAITING_SIGNATURE", now=now - timedelta(days=9))
    worked(now)

    entries = list(outbox.Entry.objects.filter(subject=f"matter:{matter.pk}"))
    outbox._REACTIONS["notify.tell"](entries, now)

    assert told(town.handler) == [(Occasion.TO_SIGN, matter.number)]


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "11 月 30 日 24:00"), ("en", "30 Nov 24:00")])
def test_a_limit_of_whole_days_is_told_to_end_with_its_last_day(language, said):
    midnight = towns.utc(2026, 11, 30, 16)

    assert speaking._moment(midnight, language) == said
    assert "08:00" in speaking._moment(midnight + timedelta(hours=8), language)


def test_of_a_sealed_matter_no_more_is_said_than_its_number(town, now, worked):
    sealed = towns.a_report(template="F05", text="独居老人需要送餐，名字和住处请保密。")
    reported = actions.report(sealed, by=town.grid_worker, now=now)
    matter = Matter.objects.get(pk=reported.id)
    assert matter.is_sealed
    actions.take(Act.ACCEPT, matter_id=matter.pk, by=town.duty_chief, now=now)
    actions.take(Act.URGE, matter_id=matter.pk, by=town.duty_chief, now=now, reason="请快办。")
    worked(now)

    shown = queries.notices(town.second_chief).rows
    words = {row.said.text for row in shown} | {row.said.title for row in shown}

    assert [row.number for row in shown] == [matter.number]
    assert words == {f"{matter.number} 有新情况，请登录查看。", "有新情况"}
    assert told(town.handler) == []


def test_a_post_that_ended_reads_and_is_sent_nothing_of_its_old_matters(town, now, worked, gateway):
    choose(media={"work": ["app", "sms"]}, by=town.handler, now=now)
    towns.a_matter(town, "AWAITING_SIGNATURE")
    outbox.drain(now + timedelta(minutes=15))
    assert Sending.objects.filter(person_id=town.handler.person_id).count() == 1

    Post.objects.filter(person_id=town.handler.person_id).update(end_on=localdate(now))
    worked(now)

    assert told(towns.find().handler) == []
    assert list(Sending.objects.values_list("state", "code")) == [("dropped", "not_visible")]
    assert gateway.taken == []


def test_one_reads_the_own_notices_only_and_what_came_since_stays_new(town, now, worked):
    matter = towns.a_matter(town, "AWAITING_SIGNATURE")
    worked(now)
    (mine,) = Notice.objects.filter(person_id=town.handler.person_id)

    with pytest.raises(Missing):
        read_one(notice_id=mine.pk, by=town.handler_head, now=now)
    assert queries.unread(town.handler) == 1

    newest = queries.newest(town.handler)
    actions.take(Act.URGE, matter_id=matter.pk, by=town.dispatcher, now=now + timedelta(minutes=8), reason="请快签收。")
    worked(now + timedelta(minutes=8))
    assert read_all(up_to=newest, by=town.handler, now=now) == 1

    assert told(town.handler, is_unread=True) == [(Occasion.URGED, matter.number)]
    assert told(town.handler, group=Group.WORK) == [(Occasion.TO_SIGN, matter.number)]
    assert read_one(notice_id=mine.pk, by=town.handler, now=now).read_at == now


def test_what_a_reporter_adds_reaches_the_unit_and_the_desk_and_not_the_reporter(town, now, worked, gateway):
    matter = towns.a_matter(town, "HANDLING")
    mine = holding_receipt(matter.pk)
    subscribe(channel="sms", address="13812346027", matter_id=matter.pk, by=mine, now=now)
    actions.supplement(matter_id=matter.pk, text="今天又多了两袋。", by=mine, now=now + timedelta(minutes=9))
    worked(now)

    assert (Occasion.WORDS_ADDED, matter.number) in told(town.handler)
    assert (Occasion.WORDS_ADDED, matter.number) in told(town.dispatcher)
    assert not any("又多了" in row.said.text for row in queries.notices(town.handler).rows)
    assert not Sending.objects.filter(subscription_id__isnull=False, occasion="words_added").exists()


def test_choosing_no_way_for_a_group_is_silence_for_it(town, now, worked):
    choose(media={"work": []}, by=town.handler, now=now)

    towns.a_matter(town, "AWAITING_SIGNATURE")
    worked(now)

    assert told(town.handler) == []
    assert len(told(town.handler_head)) == 1


def test_a_reporter_hears_by_the_way_asked_for_and_in_quiet_hours_only_what_is_urgent(town, now, house):
    house.QUIET_HOURS = "21:30-07:30"
    night = now.replace(hour=22)
    for template in ("C02", "H06"):
        reported = actions.report(towns.a_report(template=template), by=town.grid_worker, now=night)
        subscribe(
            channel="sms",
            address="138 1234 6027",
            matter_id=reported.id,
            by=holding_receipt(reported.id),
            now=night,
        )
        actions.take(Act.ACCEPT, matter_id=reported.id, by=town.acceptor, now=night)
    outbox.drain(night)

    plain, urgent = Sending.objects.filter(occasion="accepted").order_by("matter_id")

    assert plain.next_try_at == night.replace(hour=7, minute=30) + timedelta(days=1)
    assert urgent.next_try_at == night


def test_a_group_is_not_rung_up_at_night_either_but_for_what_is_urgent(town, now, house):
    house.QUIET_HOURS = "21:30-07:30"
    night = now.replace(hour=22)
    url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"
    set_robot(unit_id=town.unit["sanitation"], medium="wecom", url=url, by=town.system_admin, now=now)
    plain, urgent = (towns.a_matter(town, "AWAITING_SIGNATURE", now=night) for _ in range(2))
    Matter.objects.filter(pk=urgent.pk).update(urgency=Urgency.URGENT)
    outbox.drain(late := night + timedelta(minutes=15))

    owed = dict(Sending.objects.filter(robot_id__isnull=False).values_list("matter_id", "next_try_at"))

    assert owed[plain.pk] == night.replace(hour=7, minute=30) + timedelta(days=1)
    assert owed[urgent.pk] < late + timedelta(minutes=1)
