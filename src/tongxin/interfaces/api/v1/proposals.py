"""Changing rules by programs: the rules in force, proposals, their check and dry run, and putting them in force.

The same way as at the desk: whoever drafted a proposal, with any key, does not publish it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Router

from tongxin import words
from tongxin.apps.matters import drafting, kinds
from tongxin.apps.matters.actions import proposals
from tongxin.apps.matters.models import Proposal, Rehearsal
from tongxin.interfaces.api import problems
from tongxin.interfaces.api.v1 import bodies, showing
from tongxin.interfaces.api.v1.asked import MOST_INT, Said
from tongxin.interfaces.api.v1.described import WORDS, Moment, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.rules import rulebook
from tongxin.rules.checking import Finding
from tongxin.rules.drafts import Part
from tongxin.rules.errors import Missing, Refused
from tongxin.rules.permissions import Actor, Permission, require
from tongxin.rules.proposals import Act, State

router = Router()

STATES = "，".join(f"{state.value} {words.label(state)}" for state in State)
DRAFT = (
    "改动：templates 按模板编码写要改的字段，routing 写整张派单规则表（不改为 null），book 写要改的设置 | "
    "what is changed: columns by template code, the whole routing table or null, settings of the book"
)
PARTS: dict[str, Any] = {
    "properties": {
        "templates": {"type": ["object", "null"], "additionalProperties": {"type": "object"}},
        "routing": {"type": ["array", "null"], "items": {"type": "object"}},
        "book": {"type": ["object", "null"]},
    },
    "propertyNames": {"enum": list(Part)},
}
Rev = Annotated[int, Meta(ge=1, le=MOST_INT)]


class ProposalAsk(Said):
    """A proposal as it is opened or written anew, the whole of it."""

    title: Annotated[
        str,
        told("改什么，最多 80 字 | what is changed, 80 characters at most", "夏季市容", maxLength=80, pattern=WORDS),
    ]
    content: Annotated[
        dict[str, Any],
        told(DRAFT, {"templates": {"C02": {"limit": "2wh"}}}, **PARTS),
    ] = {}
    rev: Annotated[
        Rev | None, told("您看到的版本；不一致时拒绝 (412) | the revision you saw; refused when changed")
    ] = None


class ProposalAct(Said):
    """What an act on a proposal may be told."""

    publish_at: Annotated[
        Moment | None, told("发布：生效时刻，须晚于现在；不填为立即 | publish: from when on; else at once")
    ] = None
    wanted: Annotated[
        int,
        Meta(ge=1, le=proposals.MOST_WANTED, description="试运行：最近多少件 | rehearse: over so many last matters"),
    ] = proposals.WANTED
    rev: Annotated[Rev | None, told("发布：您看到的版本 | publish: the revision you saw")] = None


class ProposalLine(Struct, kw_only=True):
    """A proposal, in a list."""

    id: Annotated[int, told("编号 | id", 7)]
    title: Annotated[str, told("改什么 | what is changed", "夏季市容")]
    state: Annotated[str, told(f"状态：{STATES} | state", "draft")]
    rev: Annotated[int, told("版本 | revision", 3)]
    drafters: Annotated[list[str], told("起草人，不能发布 | who drafted, and may not publish", ["person:7"])]
    approved: Annotated[str | None, told("批准人 | who approved", "person:8")]
    opened_at: Annotated[Moment | None, told("起草时刻 | opened")]
    publish_at: Annotated[Moment | None, told("定时生效 | takes effect at")]
    published_at: Annotated[Moment | None, told("发布时刻 | published")]


class Changed(Struct, kw_only=True):
    """One field that differs."""

    part: Annotated[str, told("部分：templates, routing, book | part of the rules", "templates")]
    key: Annotated[str, told("模板或规则编码 | code of the template or rule", "C02")]
    field: Annotated[str, told("字段；空为整条新增或取消 | field; empty: the whole thing is new or gone", "limit")]
    old: Annotated[Any, told("原值 | old value", "4wh")]
    new: Annotated[Any, told("新值 | new value", "2wh")]


class Found(Struct, kw_only=True):
    """One thing the check found."""

    code: Annotated[str, told("规则代码 | code", "finding.only_fallback")]
    says: Annotated[str, told("一句话 | sentence")]
    facts: Annotated[dict[str, Any], told("有关事实 | facts")]
    is_fatal: Annotated[bool, told("必须先改正 | must be mended first", True)]
    stands: Annotated[bool, told("现行规则本来就有 | the rules in force have it too", False)]


class DryRun(Struct, kw_only=True):
    """A dry run: how far it is, and what it counted."""

    wanted: Annotated[int, told("要试的件数 | matters to look at", 100_000)]
    done: Annotated[int, told("已试的件数 | matters looked at", 35_000)]
    asked_at: Annotated[Moment | None, told("开始 | asked for")]
    ended_at: Annotated[Moment | None, told("结束；未结束为 null | ended, or null")]
    result: Annotated[
        dict[str, Any],
        told("计数：按变化、模板、单位 [增, 减]、去向 | counts by effect, template, unit [gains, losses], and way"),
    ]


class ProposalShown(ProposalLine, kw_only=True):
    """A proposal in full."""

    content: Annotated[dict[str, Any], told(DRAFT)]
    behind: Annotated[list[str], told("起草后规则的变动；非空须先对齐 | changed since it was drafted: rebase first")]
    changes: Annotated[list[Changed], told("逐项差异 | field by field")]
    findings: Annotated[list[Found] | None, told("检查发现；未检查为 null | findings, or null")]
    rehearsal: Annotated[DryRun | None, told("最近一次试运行 | the last dry run")]


class Proposals(Struct, kw_only=True):
    """Proposals, newest first."""

    items: Annotated[list[ProposalLine], told("规则草案 | proposals")]


class RulesInForce(Struct, kw_only=True):
    """The routing table and every setting of the book as they are in force; templates are read one by one."""

    edition: Annotated[int, told("时限与触发的版本 | edition of the book", 1)]
    routing: Annotated[list[dict[str, Any]], told("派单规则，按次序 | routing rules in their order")]
    book: Annotated[dict[str, Any], told("各项设置，按路径 | every setting by its path", {"limits.accept.N": "30wm"})]


SHAPES = (ProposalAsk, ProposalAct, ProposalShown, Proposals, RulesInForce)


@router.get(
    "/rules",
    operation_id="readRules",
    summary="现行规则 | The rules in force",
    openapi_extra=documented({200: RulesInForce}, 403, tag="rules"),
)
def in_force(request: HttpRequest) -> HttpResponse:
    """派单规则表和时限与触发；模板见 /templates。

    The routing table and the book; for templates see /templates.
    """
    require(request.auth.actor, Permission.EDIT_RULES)
    now = drafting.standing()
    book = {path: rulebook.plain(each) for path, each in rulebook.settings(rulebook.read(now.book)).items()}
    routing = [dict(row) for row in now.routing]
    return showing.answer(RulesInForce(edition=kinds.current_book().number, routing=routing, book=book))


@router.get(
    "/proposals",
    operation_id="listProposals",
    summary="规则草案 | Proposals",
    openapi_extra=documented({200: Proposals}, 403, tag="rules"),
)
def index(request: HttpRequest) -> HttpResponse:
    """最近 200 份。

    The last 200.
    """
    require(request.auth.actor, Permission.EDIT_RULES)
    found = drafting.visible_to(request.auth.actor).defer("content", "findings")[:200]
    return showing.answer(Proposals(items=[ProposalLine(**_line(row)) for row in found]))


@router.post(
    "/proposals",
    operation_id="draftProposal",
    summary="起草 | Draft a proposal",
    openapi_extra=documented({201: ProposalShown}, 400, 403, 413, 422, body=ref(ProposalAsk), tag="rules"),
)
def draft(request: HttpRequest) -> HttpResponse:
    """草案不生效；检查、试运行后由第二人发布。

    Nothing of it is in force: it is checked, rehearsed, and published by a second person.
    """
    said, by = bodies.read(bodies.body_of(request), ProposalAsk), request.auth.actor
    opened = proposals.draft(title=said.title, content=said.content, by=by, now=timezone.now())
    return showing.answer(_shown(opened, request), 201)


@router.get(
    "/proposals/{proposal_id}",
    operation_id="readProposal",
    summary="一份规则草案 | One proposal",
    openapi_extra=documented({200: ProposalShown}, 403, 404, tag="rules"),
)
def one(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """附逐项差异、检查发现、试运行进度和结果。

    With its differences, findings, and the dry run's progress and result.
    """
    require(request.auth.actor, Permission.EDIT_RULES)
    return showing.answer(_shown(drafting.one(request.auth.actor, proposal_id), request))


@router.put(
    "/proposals/{proposal_id}",
    operation_id="changeProposal",
    summary="改写 | Write a proposal anew",
    openapi_extra=documented(
        {200: ProposalShown}, 400, 403, 404, 409, 412, 413, 422, body=ref(ProposalAsk), tag="rules"
    ),
)
def change(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """整份改写；之前的检查和试运行作废。

    The whole of it; what was checked and rehearsed before counts no more.
    """
    said, by = bodies.read(bodies.body_of(request), ProposalAsk), request.auth.actor
    told_again = {"content": said.content, "title": said.title, "rev": said.rev}
    changed = proposals.change(proposal_id=proposal_id, **told_again, by=by, now=timezone.now())
    return showing.answer(_shown(changed, request))


@router.post(
    "/proposals/{proposal_id}/acts/{act}",
    operation_id="actOnProposal",
    summary="检查、试运行、发布…… | Check, rehearse, publish…",
    openapi_extra=documented(
        {200: ProposalShown}, 400, 403, 404, 409, 412, 413, 422, body=ref(ProposalAct), tag="rules"
    ),
)
def act(request: HttpRequest, proposal_id: int, act: str) -> HttpResponse:
    """check 检查，rehearse 试运行，stop 停止，rebase 对齐，publish 发布，recall 取消定时，withdraw 撤回。请求体可空。

    The body may be empty. A dry run goes on in the background: read the proposal to see how far it is.
    """
    doing = ACTS.get(act)
    if doing is None:
        raise Missing("path.invalid", at="act")
    body = bodies.body_of(request)
    said = bodies.read(body, ProposalAct) if body.strip() else ProposalAct()
    doing(proposal_id, said, request.auth.actor, timezone.now())
    return showing.answer(_shown(drafting.one(request.auth.actor, proposal_id), request))


# --- the acts ----------------------------------------------------------------------------------------------

Doing = Callable[[int, ProposalAct, Actor, datetime], object]


def _rehearse(proposal_id: int, said: ProposalAct, by: Actor, now: datetime) -> object:
    return proposals.rehearse(proposal_id=proposal_id, wanted=said.wanted, by=by, now=now)


def _publish(proposal_id: int, said: ProposalAct, by: Actor, now: datetime) -> object:
    return proposals.publish(proposal_id=proposal_id, publish_at=said.publish_at, rev=said.rev, by=by, now=now)


def _simply(doing: Callable[..., object]) -> Doing:
    return lambda proposal_id, _said, by, now: doing(proposal_id=proposal_id, by=by, now=now)


ACTS: dict[str, Doing] = {
    Act.CHECK: _simply(proposals.check),
    Act.REHEARSE: _rehearse,
    Act.STOP: _simply(proposals.stop),
    Act.REBASE: _simply(proposals.rebase),
    Act.PUBLISH: _publish,
    Act.RECALL: _simply(proposals.recall),
    Act.WITHDRAW: _simply(proposals.withdraw),
}


# --- shapes ------------------------------------------------------------------------------------------------


def _line(row: Proposal) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "state": row.state,
        "rev": row.rev,
        "drafters": [f"person:{each}" for each in row.drafters],
        "approved": f"person:{row.approved_by}" if row.approved_by else None,
        "opened_at": showing.local(row.opened_at),
        "publish_at": showing.local(row.publish_at),
        "published_at": showing.local(row.published_at),
    }


def _shown(row: Proposal, request: HttpRequest) -> ProposalShown:
    spoken = problems.language(request)
    found = None if row.findings is None else [_found(each, spoken) for each in drafting.findings_of(row)]
    return ProposalShown(
        **_line(row),
        content={name: part for name, part in row.content.items() if name != "was"},
        behind=list(drafting.facts_of(row).behind),
        changes=[Changed(**each._asdict()) for each in drafting.differences_of(row)],
        findings=found,
        rehearsal=_run(drafting.last_rehearsal(row)),
    )


def _found(each: Finding, spoken: str) -> Found:
    says = words.say(Refused(each.code, **each.facts), spoken)
    return Found(code=each.code, says=says, facts=dict(each.facts), is_fatal=each.is_fatal, stands=each.stands)


def _run(run: Rehearsal | None) -> DryRun | None:
    """Return a dry run without its examples: those are for who may see the matters."""
    if run is None:
        return None
    return DryRun(
        wanted=run.wanted,
        done=run.done,
        asked_at=showing.local(run.asked_at),
        ended_at=showing.local(run.ended_at),
        result={name: each for name, each in run.result.items() if name != "examples"},
    )
