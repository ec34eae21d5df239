"""Duties by programs: one's posts, who stands in, handing over, and who of a unit is on duty when.

Who may what, appointing, naming for sealed matters and keys, is handed out by a person signed in, never by a program.
"""

from datetime import date
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.matters import actions
from tongxin.apps.people import directory, duties, rosters
from tongxin.apps.people.models import Post
from tongxin.interfaces.api.v1 import bodies, params, shapes, showing
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import Moment, RowId, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import Day
from tongxin.rules.errors import Missing, NotAllowed
from tongxin.rules.permissions import Actor, Permission, Role, may_see_roster
from tongxin.rules.rosters import Part, monday_of

router = Router()

END = "第一个不再担任的日子；长期为 null | the first day no longer held; null: open"


class StandInAsk(Said):
    """Who does a post's duty over `[start_on, end_on)`, named by a post they hold."""

    post: Annotated[RowId, told("代班人自己的岗位编号，见 candidates | a post the one who stands in holds", 31)]
    start_on: Annotated[date, told("起 | from", "2026-11-23")]
    end_on: Annotated[date, told("止（不含） | to, not included", "2026-11-30")]


class HandOverAsk(Said):
    """Who goes on with the open matters of a post."""

    to: Annotated[RowId | None, told("接手的岗位；null 为单位 | who goes on; null: the unit", 32)] = None
    end_on: Annotated[date | None, told("同时结束岗位的日子 | and the post ends on", "2026-12-01")] = None


class EndAsk(Said):
    """When a post ends."""

    end_on: Annotated[date, told("第一个不再担任的日子 | the first day no longer held", "2026-12-01")]


class ShiftAsk(Said):
    """One part of a day for one post."""

    post: Annotated[RowId, told("岗位编号 | post", 31)]
    day: Annotated[date, told("日期 | day", "2026-11-23")]
    part: Annotated[Part, among(Part, "班次 | part of the day")]


class RosterAsk(Said):
    """A unit's week, the whole of it; days that are over stay as they were."""

    monday: Annotated[date, told("周一 | the week's Monday", "2026-11-23")]
    shifts: Annotated[list[ShiftAsk], told("班次 | shifts", max_length=2000)]
    mark: Annotated[int, told("读取时的标记 | the mark it was read with", 0, ge=0, le=2**63 - 1)] = 0


class PostShown(Struct, kw_only=True):
    """A post: a role in a unit over an area. Whose it is, is not told."""

    id: Annotated[int, told("编号 | id", 31)]
    role: Annotated[Role, among(Role, "岗位 | role")]
    unit: Annotated[shapes.UnitRef | None, told("单位 | unit")]
    area: Annotated[shapes.AreaRef, told("区域 | area")]
    start_on: Annotated[date, told("起 | from", "2026-01-01")]
    end_on: Annotated[date | None, told(END)]
    stands_in_for: Annotated[int | None, told("代哪个岗位的班；不是代班为 null | the post it stands in for, or null")]


class Posts(Struct, kw_only=True):
    """Posts."""

    items: Annotated[list[PostShown], told("岗位 | posts")]


class HandedOver(Struct, kw_only=True):
    """How many matters were handed over."""

    matters: Annotated[int, told("件数 | how many", 12)]


class ShiftShown(Struct, kw_only=True):
    """One part of a day for one post."""

    post: Annotated[int, told("岗位编号 | post", 31)]
    role: Annotated[Role, among(Role, "岗位 | role")]
    day: Annotated[date, told("日期 | day", "2026-11-23")]
    part: Annotated[Part, among(Part, "班次 | part of the day")]


class OnDutyShown(Struct, kw_only=True):
    """A post on duty now, to be called by its unit's telephone."""

    role: Annotated[Role, among(Role, "岗位 | role")]
    is_lent: Annotated[bool, told("代班 | stood in for")]
    phone: Annotated[str, told("单位电话 | the unit's telephone", "0570-8881234")]
    until: Annotated[Moment | None, told("到 | until")]


class RosterShown(Struct, kw_only=True):
    """A unit's week."""

    unit: Annotated[shapes.UnitRef | None, told("单位 | unit")]
    monday: Annotated[date, told("周一 | the week's Monday", "2026-11-23")]
    posts: Annotated[list[PostShown], told("可排班的岗位 | posts it may be given to")]
    shifts: Annotated[list[ShiftShown], told("班次 | shifts")]
    on_duty: Annotated[list[OnDutyShown], told("现在当班 | on duty now")]
    mark: Annotated[int, told("标记，发布时带回 | mark, to be sent back when publishing", 117)]


SHAPES = (StandInAsk, HandOverAsk, EndAsk, RosterAsk, PostShown, Posts, HandedOver, RosterShown)


class WeekWanted(Schema):
    """Which week."""

    week: Day | None = Field(None, description="周内任一天，默认本周 | any day of the week; this week")


@router.get(
    "/posts",
    operation_id="listOwnPosts",
    summary="我的岗位 | One's own posts",
    openapi_extra=documented({200: Posts}, tag="posts"),
)
def index(request: HttpRequest) -> HttpResponse:
    """密钥所属人员现在和将来的岗位，含代班。

    The posts of the person behind the key that run or will, those that are lent too.
    """
    today = timezone.localdate()
    held = directory.posts(person_id=request.auth.actor.person_id or 0)
    running = [each for each in held if each.end_on is None or each.end_on > today]
    return showing.answer(Posts(items=[_post(each) for each in running]))


@router.get(
    "/posts/{post_id}/stand-ins",
    operation_id="listStandIns",
    summary="谁代班 | Who stands in",
    openapi_extra=documented({200: Posts}, 403, 404, tag="posts"),
)
def stand_ins(request: HttpRequest, post_id: params.Id) -> HttpResponse:
    """已代、在代、将代的，新的在前。

    Who stood, stands or will, the latest first.
    """
    post = _arranged(request.auth.actor, post_id)
    return showing.answer(Posts(items=[_post(each) for each in duties.stand_ins(post.pk)]))


@router.get(
    "/posts/{post_id}/candidates",
    operation_id="listCandidates",
    summary="谁可以代班 | Who may stand in",
    openapi_extra=documented({200: Posts}, 403, 404, tag="posts"),
)
def candidates(request: HttpRequest, post_id: params.Id) -> HttpResponse:
    """按岗位列出，每人一个，最近的在前。

    By posts, one a person, the nearest first.
    """
    post = _arranged(request.auth.actor, post_id)
    return showing.answer(Posts(items=[_post(each) for each in duties.candidates(post, timezone.localdate())]))


@router.post(
    "/posts/{post_id}/stand-ins",
    operation_id="standIn",
    summary="安排代班 | Let somebody stand in",
    openapi_extra=documented({201: PostShown}, 400, 403, 404, 409, 413, 422, body=ref(StandInAsk), tag="posts"),
)
def stand_in(request: HttpRequest, post_id: params.Id) -> HttpResponse:
    """到期自行结束。

    It ends by itself.
    """
    said, by = bodies.said(request, StandInAsk), request.auth.actor
    own = directory.post(said.post)
    if own is None:
        raise Missing("post.missing", post=said.post)
    days = {"start_on": said.start_on, "end_on": said.end_on}
    lent = duties.stand_in(post_id=post_id, person_id=own.person_id, **days, by=by, now=timezone.now())
    return showing.answer(_post(lent), 201)


@router.post(
    "/posts/{post_id}/stand-ins/end",
    operation_id="endStandIn",
    summary="提前结束代班 | End standing in",
    openapi_extra=documented({200: Posts}, 403, 404, 409, 422, tag="posts"),
)
def end_stand_in(request: HttpRequest, post_id: params.Id) -> HttpResponse:
    """地址里是代班的那个岗位；明天起不再代。返回自己的岗位。

    The post in the address is the lent one; from tomorrow it is over. Answers with one's own posts.
    """
    duties.end_stand_in(post_id=post_id, by=request.auth.actor, now=timezone.now())
    return index(request)


@router.post(
    "/posts/{post_id}/hand-over",
    operation_id="handOver",
    summary="移交在办事项 | Hand open matters over",
    openapi_extra=documented({200: HandedOver}, 400, 403, 404, 409, 413, 422, body=ref(HandOverAsk), tag="posts"),
)
def hand_over(request: HttpRequest, post_id: params.Id) -> HttpResponse:
    """移交给本单位的另一岗位，可同时结束原岗位。

    To another post of the unit; the post may end with it.
    """
    said, by = bodies.said(request, HandOverAsk), request.auth.actor
    moved = actions.hand_over(post_id=post_id, to_post_id=said.to, end_on=said.end_on, by=by, now=timezone.now())
    return showing.answer(HandedOver(matters=moved))


@router.post(
    "/posts/{post_id}/end",
    operation_id="endPost",
    summary="结束岗位 | End a post",
    openapi_extra=documented({200: PostShown}, 400, 403, 404, 409, 413, 422, body=ref(EndAsk), tag="posts"),
)
def end(request: HttpRequest, post_id: params.Id) -> HttpResponse:
    """还有在办事项的要先移交。

    What it keeps is handed over first.
    """
    said, by = bodies.said(request, EndAsk), request.auth.actor
    return showing.answer(_post(actions.leave(post_id=post_id, end_on=said.end_on, by=by, now=timezone.now())))


@router.get(
    "/units/{unit_id}/roster",
    operation_id="readRoster",
    summary="值班表 | A unit's roster",
    openapi_extra=documented({200: RosterShown}, 403, 404, 422, tag="posts"),
)
def roster(request: HttpRequest, unit_id: params.Id, wanted: Query[WeekWanted]) -> HttpResponse:
    """一周的班次和现在当班的岗位：岗位，不是姓名。

    A week's shifts and who is on duty now: posts, not names.
    """
    params.only(request, WeekWanted)
    return showing.answer(_roster(request.auth.actor, unit_id, monday_of(wanted.week or timezone.localdate())))


@router.put(
    "/units/{unit_id}/roster",
    operation_id="publishRoster",
    summary="发布值班表 | Publish a roster",
    openapi_extra=documented({200: RosterShown}, 400, 403, 404, 412, 413, 422, body=ref(RosterAsk), tag="posts"),
)
def publish(request: HttpRequest, unit_id: params.Id) -> HttpResponse:
    """整周重写，已过的日子不变；别人刚发布过的为 412。

    The week anew, days that are over stay; 412 where somebody published it meanwhile.
    """
    said, by = bodies.said(request, RosterAsk), request.auth.actor
    cells = {(each.post, each.day): each.part for each in said.shifts}
    rosters.publish(unit_id=unit_id, monday=said.monday, cells=cells, mark=said.mark, by=by, now=timezone.now())
    return showing.answer(_roster(by, unit_id, said.monday))


def _arranged(actor: Actor, post_id: int) -> Post:
    """Return a post to who arranges it or holds it. Raises Missing, NotAllowed."""
    post = directory.post(post_id)
    if post is None:
        raise Missing("post.missing", post=post_id)
    if duties.arranging(actor, post) is None and post.person_id != actor.person_id:
        raise NotAllowed("permission.denied", permission=Permission.ARRANGE_DUTIES)
    return post


def _post(row: Post) -> PostShown:
    return PostShown(
        id=row.pk,
        role=Role(row.role),
        unit=showing.unit(row.unit_id),
        area=showing.area(row.area),
        start_on=row.start_on,
        end_on=row.end_on,
        stands_in_for=row.stands_in_for_id,
    )


def _roster(actor: Actor, unit_id: int, monday: date) -> RosterShown:
    week, now = rosters.week(unit_id, monday), timezone.now()
    if not may_see_roster(actor, unit_id=unit_id, area=week.unit.area):
        raise NotAllowed("permission.denied", permission=Permission.ARRANGE_DUTIES)
    roles = {each.pk: Role(each.role) for each in week.posts}
    shifts = [
        ShiftShown(post=post_id, role=roles[post_id], day=day, part=part)
        for (post_id, day), part in sorted(week.cells.items(), key=lambda cell: cell[0][::-1])
        if post_id in roles
    ]
    return RosterShown(
        unit=showing.unit(unit_id),
        monday=monday,
        posts=[_post(each) for each in week.posts],
        shifts=shifts,
        on_duty=[_on_duty(each) for each in rosters.on_duty(unit_id, now)],
        mark=week.mark,
    )


def _on_duty(row: rosters.OnDuty) -> OnDutyShown:
    return OnDutyShown(role=row.role, is_lent=row.is_lent, phone=row.phone, until=showing.local(row.until))
