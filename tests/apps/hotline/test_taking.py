"""网线合一: what comes by telephone lies in the same queues, numbers and hands as what the grid reports."""

from datetime import timedelta

import pytest

from tests.apps.hotline.conftest import NUMBER
from tests.town import NOW, SONGYUAN_01, a_matter, a_photo, kinds_of
from tongxin.apps.hotline import actions, queries
from tongxin.apps.hotline.actions import Told
from tongxin.apps.hotline.models import Article, Call, Citation, Version
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters import overlay_queues
from tongxin.apps.matters.models import Answer, Contact, Deadline, Matter, Order
from tongxin.apps.matters.queries import Filters, worklist
from tongxin.rules.calls import EmergencyService
from tongxin.rules.errors import Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act, CloseKind, Ground
from tongxin.rules.overlays.call_back import Act as Calling
from tongxin.rules.overlays.order import Grade
from tongxin.rules.permissions import SYSTEM

MINUTE = timedelta(minutes=1)
LON, LAT = SONGYUAN_01


def told(**changes):
    said = {"key": "k1", "text": "菜场出来那个垃圾箱旁边堆了好多垃圾。", "template": "C02", "lon": LON, "lat": LAT}
    return Told(**(said | changes))


def test_a_call_is_dispatched_pressed_checked_and_called_back_like_a_grid_matter(town, board, talking):
    """The whole way in one story: two numbers of one series, one queue, one supervision, one call-back."""
    from_grid = a_matter(town)
    reported = actions.dispatch(told(call_id=talking.pk, use_number=True), by=town.operator, now=NOW)
    matter = Matter.objects.get(pk=reported.id)

    assert from_grid.number[:8] == matter.number[:8]
    assert (matter.channel, matter.state) == ("hotline", "awaiting_filing")
    assert Contact.objects.get(matter=matter).phone == NUMBER
    queued = worklist(town.duty_chief, Filters(channel="hotline"), NOW).rows
    assert [row.number for row in queued] == [matter.number]

    at = NOW
    for act, who, given in (
        (Act.FILE, "duty_chief", {}),
        (Act.DISPATCH, "dispatcher", {"unit_id": town.unit["sanitation"]}),
        (Act.SIGN, "handler", {}),
    ):
        at += MINUTE
        matters.take(act, matter_id=matter.pk, by=getattr(town, who), now=at, **given)
    pressed = {"matter_ids": [matter.pk], "grade": Grade.ORDINARY, "text": "投诉集中，请今日清理。"}
    issued = matters.issue_order(**pressed, by=town.supervisor, now=at)
    assert Order.objects.get().issued_by == town.supervisor.person_id
    matters.cancel_order(number=issued.number, reason="已清理。", by=town.supervisor, now=at)
    matters.attach(a_photo(), matter_id=matter.pk, kind="after", by=town.handler, now=at)
    for act, who, given in (
        (Act.HANDLE, "handler", {"reason": "垃圾已清运。"}),
        (Act.REVIEW, "handler_head", {}),
        (Act.CHECK, "grid_worker", {}),
        (Act.CLOSE, "duty_chief", {"close_as": CloseKind.NORMAL, "reply": "已清运，请您监督。"}),
    ):
        at += MINUTE
        matters.take(act, matter_id=matter.pk, by=getattr(town, who), now=at, **given)
    if not overlay_queues.waiting(town.operator, overlay_queues.QUEUES["call_back"]).rows:
        matters.take_over(Calling.OPEN, matter_id=matter.pk, by=SYSTEM, now=at)
    waiting = overlay_queues.waiting(town.operator, overlay_queues.QUEUES["call_back"]).rows
    assert [row.matter.number for row in waiting] == [matter.number]
    matters.take_over(
        Calling.ANSWER,
        matter_id=matter.pk,
        overlay_id=waiting[0].id,
        by=town.operator,
        now=at + MINUTE,
        rating="satisfied",
        is_solved=True,
    )
    assert Answer.objects.get(matter=matter).source == "call_back"


def test_who_answers_the_hotline_accepts_what_came_by_it_and_nothing_else(town):
    by_grid = a_matter(town)

    with pytest.raises(NotAllowed):
        matters.take(Act.ACCEPT, matter_id=by_grid.pk, by=town.operator, now=NOW)
    reported = actions.dispatch(told(), by=town.operator, now=NOW)
    with pytest.raises(NotAllowed):
        matters.take(Act.FILE, matter_id=reported.id, by=town.operator, now=NOW)


def an_article(templates=("F11",)):
    article = Article.objects.create(code="yibao")
    words = {
        "title": "医保怎么异地备案？",
        "body": "带身份证到便民中心。",
        "words": ["医保"],
        "templates": list(templates),
    }
    days = {"from_on": NOW.date(), "checked_on": NOW.date(), "written_at": NOW}
    return Version.objects.create(article=article, number=1, area="3308", state="published", **words, **days)


def test_advice_is_accepted_answered_and_closed_in_the_call_with_what_it_rests_on(town, board, talking):
    version = an_article()
    asked = told(call_id=talking.pk, text="问医保异地备案怎么办。", template="F11")

    reported = actions.answer(
        asked, said="到便民中心 3 号窗口。", articles=[version.article_id], by=town.operator, now=NOW
    )

    matter = Matter.objects.get(pk=reported.id)
    assert (matter.state, matter.close_as, matter.is_late) == ("closed", "normal", False)
    assert kinds_of(matter) == ["matter.report", "matter.answer"]
    assert not Deadline.objects.filter(matter=matter, ended_at=None).exists()
    assert Citation.objects.get(matter=matter).version == version
    assert Article.objects.get().used == 1
    assert Call.objects.get().outcome == "answered"


@pytest.mark.parametrize(
    ("changes", "said", "articles", "code"),
    [
        ({"template": "C02"}, "会有人来清。", [], "step.needs_hands"),
        ({"template": "F11"}, " ", [], "step.no_reply"),
        ({"template": "F11"}, "好。", [999], "article.missing"),
    ],
)
def test_words_do_not_close_what_wants_hands_and_nothing_is_left_of_the_try(town, changes, said, articles, code):
    with pytest.raises(Refused, match=code):
        actions.answer(told(**changes), said=said, articles=articles, by=town.operator, now=NOW)

    assert not Matter.objects.filter(channel="hotline").exists()
    assert not Call.objects.exists()


def test_the_same_matter_is_joined_and_the_caller_answered_with_it(town):
    master = a_matter(town)

    reported = actions.join(told(contact_phone=NUMBER), master_id=master.pk, by=town.operator, now=NOW)

    child = Matter.objects.get(pk=reported.id)
    assert (child.state, child.master_id) == ("merged", master.pk)
    assert Contact.objects.get(matter=child).phone == NUMBER


@pytest.mark.parametrize("service", EmergencyService)
def test_an_emergency_ends_here_at_once_and_no_clock_waits(town, board, talking, service):
    reported, row = actions.hand_over(
        Told("k1", "", call_id=talking.pk), to=service, words="火在三楼", by=town.operator, now=NOW
    )

    matter = Matter.objects.get(pk=reported.id)
    assert matter.state == "refused"
    assert not Deadline.objects.filter(matter=matter, ended_at=None).exists()
    assert matter.closed_at == NOW
    assert (row.to, row.told, row.at, row.is_done) == (service.value, "火在三楼", NOW, None)
    entry = kinds_of(matter)
    assert entry == ["matter.report", "matter.refuse"]
    assert Ground.EMERGENCY.value in str(matter_data(matter))


def matter_data(matter):
    from tongxin.apps.journal.models import Entry

    return Entry.objects.filter(subject=f"matter:{matter.pk}").order_by("-seq")[0].data


def test_a_form_sent_twice_is_one_matter_and_one_call(town, board, talking):
    once = actions.dispatch(told(call_id=talking.pk), by=town.operator, now=NOW)
    again = actions.dispatch(told(call_id=talking.pk), by=town.operator, now=NOW + MINUTE)

    assert (once.id, again.is_new) == (again.id, False)
    assert Call.objects.count() == 1


def test_nobody_takes_down_anothers_call(town, board, talking):
    with pytest.raises(Missing):
        actions.dispatch(told(call_id=talking.pk), by=town.second_operator, now=NOW)
    with pytest.raises(NotAllowed):
        actions.dispatch(told(), by=town.grid_worker, now=NOW)


def test_a_place_remembers_what_was_reported_and_nobody_who_called(town):
    point = {"lon": LON, "lat": LAT}
    first = actions.dispatch(told(key="a", contact_phone=NUMBER), by=town.operator, now=NOW)
    actions.dispatch(told(key="b", contact_phone=NUMBER, lon=LON + 0.01), by=town.operator, now=NOW)

    here = queries.at_place(town.operator, NOW, area="330802001001001", place="", **point)

    assert [each.pk for each in here] == [first.id]
    assert queries.at_place(town.neighbouring_dispatcher, NOW, area="330802001001001", place="", **point) == []


def test_what_came_back_is_listed_for_the_operators(town):
    reported = actions.dispatch(told(), by=town.operator, now=NOW)
    matters.take(Act.FILE, matter_id=reported.id, by=town.duty_chief, now=NOW)
    to = {"unit_id": town.unit["sanitation"]}
    matters.take(Act.DISPATCH, matter_id=reported.id, by=town.dispatcher, now=NOW, **to)
    assert list(queries.returned(town.operator)) == []

    given = {"ground": Ground.NOT_OURS, "reason": "属道路养护。", "suggested_unit": town.unit["enforcement"]}
    matters.take(Act.RETURN, matter_id=reported.id, by=town.handler, now=NOW + MINUTE, **given)

    assert [each.pk for each in queries.returned(town.operator)] == [reported.id]
    assert list(queries.returned(town.neighbouring_dispatcher)) == []


def test_figures_are_of_the_team_and_add_up(town, board):
    for n, waits in enumerate((5, 15, 40)):
        at = NOW + n * MINUTE
        call = board("call.arrived", f"c{n}", at, number=NUMBER)
        actions.pick_up(call.pk, by=town.operator, now=at)
        board("call.answered", f"c{n}", at + timedelta(seconds=waits))
        board("call.hung_up", f"c{n}", at + MINUTE)
    board("call.arrived", "lost", NOW)
    board("call.hung_up", "lost", NOW + MINUTE)
    first = Call.objects.get(ref="c0")
    actions.dispatch(told(call_id=first.pk), by=town.operator, now=NOW)

    found = queries.figures(town.operator, NOW, NOW + timedelta(hours=1))

    assert len(found) == 1
    own = found[0]
    assert (own.calls, own.connected, own.in_time, own.missed, own.dispatched) == (4, 3, 2, 1, 1)
    assert queries.figures(town.operator, NOW + timedelta(hours=1), NOW + timedelta(hours=2)) == []
    assert queries.figures(town.handler, NOW, NOW + timedelta(hours=1)) == []
