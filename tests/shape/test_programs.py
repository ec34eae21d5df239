"""Everything the pages can do, programs can: each page that writes has its operation, or a reason why it has none."""

import json
from collections.abc import Callable, Iterator

from django.urls import URLResolver, get_resolver

from tongxin.interfaces.api.management.commands.openapi import description

DOORS = ("desk", "field", "portal")
# the page that writes: the operations by which a program does the same
OPERATIONS = {
    # matters at the desk
    "desk:report": "reportMatters",
    "desk:act": "takeAct",
    "desk:many": "takeActs",
    "desk:evidence-add": "attachEvidence",
    "desk:contact": "unmaskContact",
    "desk:alarm-answer": "answerAlarm",
    "desk:take-up": "takeUpMatter",
    "desk:unseal": "unsealMatter",
    "desk:unseal-end": "endUnsealing",
    "desk:over": "takeOverlayAct",
    "desk:call-backs": "takeOverlayAct",
    "desk:order-new": "issueOrder",
    "desk:order-cancel": "cancelOrder",
    # the hotline
    "desk:call": "takeCall",
    "desk:call-letter": "settleLetter",
    "desk:knowledge-write": "writeArticle rewriteArticle",
    "desk:knowledge-move": "moveArticle",
    "desk:reverse-one": "reviewFinding",
    "desk:reverse-rule": "setReverseRule",
    "desk:reverse-compare": "compareDays",
    # the ground
    "desk:patrol-plan-new": "drawUpPatrolPlan",
    "desk:patrol-plan": "redrawPatrolPlan",
    "desk:patrol-plan-close": "closePatrolPlan",
    "desk:patrol-van-new": "equipVan",
    "desk:patrol-van": "changeVan",
    "desk:patrol-van-retire": "retireVan",
    "desk:patrol-help-new": "setUpHelpPlace",
    "desk:patrol-help-place": "changeHelpPlace",
    "desk:patrol-help-renew": "renewHelpPlace",
    "desk:patrol-help-move": "answerHelp arriveAtHelp endHelp",
    "desk:device-new": "enterDevice",
    "desk:device-limits": "setDeviceLimits",
    "desk:device-key": "rotateDeviceKey",
    "desk:device-key-revoke": "revokeDeviceKey",
    "desk:device-upkeep": "enterUpkeep",
    "desk:device-retire": "retireDevice",
    # duties
    "desk:post": "standIn",
    "desk:post-stand-in-end": "endStandIn",
    "desk:post-hand-over": "handOver",
    "desk:posts-end": "endPost",
    "desk:roster-unit": "publishRoster",
    # what is told, to whom
    "desk:notices-read": "markNoticesRead",
    "desk:notice-choices": "setNoticeChoices",
    "desk:sendings-retry": "retrySendings",
    "desk:wordings": "setWording",
    "desk:robots": "setRobot",
    "desk:robot-drop": "dropRobot",
    "desk:webhooks": "openWebhook",
    "desk:webhook": "changeWebhook rotateWebhookSecret",
    "desk:webhook-replay": "replayWebhook",
    "desk:webhook-remove": "removeWebhook",
    "desk:notices-public": "postAnnouncement",
    "desk:notice-withdraw": "withdrawAnnouncement",
    "desk:words-review": "reviewWords",
    # rules and running
    "desk:rules": "draftProposal",
    "desk:template": "changeProposal",
    "desk:rule": "changeProposal",
    "desk:limits": "changeProposal",
    "desk:proposal-act": "actOnProposal",
    "desk:proposal-drop": "changeProposal",
    "desk:calendar-set": "setCalendarDay",
    "desk:calendar-clear": "clearCalendarDay",
    "desk:units": "openUnit",
    "desk:unit": "changeUnit",
    "desk:area-retire": "retireArea",
    "desk:outbox-retry": "retryStuck",
    "desk:suggestions-switch": "switchSuggestions",
    # the phone of who works on the ground
    "field:report": "reportMatters",
    "field:matter": "takeAct attachEvidence",
    "field:check-in": "checkIn",
    "field:visit": "makeVisit",
    "field:van": "packVan standAtStop",
    "field:help-call": "callForHelp",
    "field:help-tap": "callForHelp",
    "field:help-move": "answerHelp arriveAtHelp endHelp",
    "field:notices-read": "markNoticesRead",
    # residents
    "portal:report": "reportMatters",
    "portal:report-of": "reportMatters",
    "portal:join": "joinMatter",
    "portal:mine": "recoverReceipt",
    "portal:prove": "proveReceipt",
    "portal:add": "addWords addPhoto",
    "portal:urge": "urgeMatter",
    "portal:withdraw": "withdrawMatter",
    "portal:rate": "rateMatter",
    "portal:appeal": "appealMatter",
    "portal:telling": "subscribe unsubscribe",
    "portal:push": "subscribe",
    "portal:contact": "correctContact",
    "portal:link": "rotateReceipt",
    "portal:erase": "eraseOwnData",
}
# the page that writes: why programs do not
PAGES_ALONE = {
    "desk:switch": "which of one's posts the pages show first; an operation asks all of them",
    "desk:list-keep": "a list kept is a query with a name; a program keeps its own queries",
    "desk:list": "a list kept is a query with a name",
    "desk:texts": "ready words for who types; a program has its own",
    "desk:text": "ready words for who types",
    "desk:macro": "an act with ready words: takeActs with the words",
    "desk:call-act": "the telephone itself: a switchboard speaks with /api/intake/cti",
    "desk:call-seat": "who sits at which telephone: the switchboard's, as above",
    "desk:call-draft": "what is half written on a page",
    "desk:call-drafts": "what is half written on a page",
    "desk:keys": "a key never makes keys: who holds a stolen one would have two",
    "desk:key-revoke": "a key never ends keys: who holds a stolen one would shut out the others",
    "desk:post-seals": "who reads what is sealed is decided by a person signed in, with a second factor",
    "desk:lines": "opens a line for a switchboard or a chat and shows its secret: for a person signed in",
    "desk:line-change": "the ledger of lines, as above",
    "desk:police": "opens a door for another platform and shows its secret: for a person signed in",
    "desk:police-one": "the ledger of other platforms, as above",
    "desk:police-station": "the ledger of other platforms, as above",
    "desk:police-again": "what another platform did not take, mended in its ledger",
    "desk:posts-register": "makes an account and its first password: for a person signed in, with a second factor",
    "desk:posts-person": "who may what is decided by a person signed in, with a second factor",
    "desk:posts-unit": "who may what is decided by a person signed in, with a second factor",
    "field:sync": "the phone's own envelope of what it did without a network; each item in it has its operation",
    "field:push": "where this very browser is told; a program has webhooks",
}
Named = tuple[str, Callable]


def named(resolver=None, under=()) -> Iterator[Named]:
    """Yield every named page of the doors for people, and its view."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from named(each, (*under, each.namespace) if each.namespace else under)
        elif under and under[0] in DOORS and each.name:
            yield ":".join((*under, each.name)), each.callback


def writes(view: Callable | None) -> bool:
    """Tell whether a view lets POST in: every decorator that names methods must; where none does, it is taken to."""
    while view is not None:
        names = getattr(getattr(view, "__code__", None), "co_freevars", ())
        if "request_method_list" in names:
            allowed = view.__closure__[names.index("request_method_list")].cell_contents
            if "POST" not in allowed:
                return False
        view = getattr(view, "__wrapped__", None)
    return True


def test_every_page_that_writes_has_its_operation_or_a_reason_why_it_has_none():
    pages = {name for name, view in named() if writes(view)}

    unsaid = pages - set(OPERATIONS) - set(PAGES_ALONE)
    stale = (set(OPERATIONS) | set(PAGES_ALONE)) - pages

    assert not unsaid, f"give {sorted(unsaid)} an operation in api/v1, or say in PAGES_ALONE why programs need none"
    assert not stale, f"no page of these names writes any more: {sorted(stale)}"
    assert not set(OPERATIONS) & set(PAGES_ALONE)
    assert len(pages) > 90  # a way of declaring methods that this test does not know would leave none


def test_every_operation_named_here_is_described():
    described = json.loads(description())["paths"]
    known = {told["operationId"] for methods in described.values() for told in methods.values()}

    assert not {name for names in OPERATIONS.values() for name in names.split()} - known
