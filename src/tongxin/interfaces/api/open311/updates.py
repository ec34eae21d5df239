"""`servicerequestupdates`, as FixMyStreet asks and tells: what happened here, and what was said there.

Source: mysociety/open311-adapter, Open311::Endpoint::Role::mySociety; FixMyStreet polls the last two hours.
"""

from collections.abc import Mapping
from datetime import timedelta

from tongxin.apps.matters import actions, outside, queries
from tongxin.apps.matters.outside import Happened
from tongxin.interfaces.api.open311 import media, reporting, statuses, texts
from tongxin.interfaces.api.open311.door import Call, Faults
from tongxin.interfaces.api.open311.formats import Listing, moment
from tongxin.interfaces.api.open311.reading import DEEPEST, MOST, TEST, span
from tongxin.interfaces.api.open311.reporting import KEY_MOST, short
from tongxin.interfaces.api.open311.shapes import UPDATES, UPDATES_TAKEN, Update, UpdateTaken
from tongxin.interfaces.api.open311.statuses import Status
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.lifecycles.matter import Act, State

REQUIRED = ("service_request_id", "update_id", "status", "updated_datetime", "description")
MARKS = {  # of the statuses that say more than that the words are there
    Status.FIXED: "（对方平台标记：已解决）",
    Status.CLOSED: "（对方平台标记：已关闭）",
    Status.REOPEN: "（对方平台标记：要求重开）",
    Status.DUPLICATE: "（对方平台标记：重复）",
    Status.CANCELLED: "（对方平台标记：已撤销）",
}
MARK_MOST = 1 + max(map(len, MARKS.values()))
DAY = timedelta(days=1)  # what is told where no dates are asked for


def updates(call: Call) -> Listing:
    """Return what happened between two moments, oldest first; the last day where none are given. Two statements."""
    params = call.params
    size = params.whole("page_size", MOST, MOST)
    skip = (params.whole("page", 1, DEEPEST) - 1) * size
    if skip + size > DEEPEST:
        raise Invalid("open311.page", most=DEEPEST)
    since, until = params.moment("start_date"), params.moment("end_date")
    if (since is None) != (until is None):
        raise Invalid("open311.half_span")
    since, until = span(since, until) or (call.now - DAY, call.now)
    call.weigh(since, until)
    found = outside.happened(
        call.actor,
        since,
        until,
        told=statuses.KINDS,
        answers=statuses.ANSWERS,
        numbers=[number.upper() for number in params.listed("service_request_id")],
        size=size,
        skip=skip,
    )
    closed = [step.matter_id for step in found if step.kind == f"matter.{Act.CLOSE}"] if call.actor else []
    photos = media.of(call, closed, media.AFTER) if closed else {}
    return UPDATES.of(_update(call, step, photos) for step in found)


def _update(call: Call, step: Happened, photos: Mapping[int, str]) -> Update:
    is_closing = step.kind == f"matter.{Act.CLOSE}"
    return Update(
        update_id=f"{step.number}-{step.seq}",
        service_request_id=step.number,
        status=statuses.status_of(step),
        updated_datetime=moment(step.at),
        description=_sentence(call, step),
        media_url=photos.get(step.matter_id) if is_closing else None,
        external_status_code=State(step.data.get("state", step.state)),
    )


def _sentence(call: Call, step: Happened) -> str:
    return step.text or statuses.sentence(step.kind, step.data, step.unit_id, call.language)


# --- what was said there ---------------------------------------------------------------------------------


def tell(call: Call) -> tuple[Listing, int]:
    """Take in words on a request: 201, or 200 where its update_id was known. Raises Refused, Faults."""
    by = call.known().actor
    params = call.params
    if wrong := [Invalid("open311.missing", name=name) for name in REQUIRED if not params.get(name)]:
        raise Faults(wrong)
    key = short("update_id", params.get("update_id"), KEY_MOST)
    params.moment("updated_datetime")  # checked, not believed: the journal is written by our clock
    text = texts.written(_marked(call, reporting.text_of(params)), reporting.links_of(params))
    matter_id = _matter_id(params.get("service_request_id"))
    limit = reporting.WHOLE_MOST + MARK_MOST
    with media.received(call) as photos:
        if call.is_test:
            actions.try_words(matter_id=matter_id, text=text, by=by, limit=limit)
            return _told(f"{TEST}{key}"), 201
        added = actions.add_words(
            matter_id=matter_id, text=text, key=key, photos=photos, by=by, now=call.now, limit=limit
        )
    call.request.noted = {"matter": added.number}  # type: ignore[attr-defined]
    return _told(f"{added.number}-{added.seq}"), 201 if added.is_new else 200


def _told(update_id: str) -> Listing:
    return UPDATES_TAKEN.of([UpdateTaken(update_id=update_id)])


def _matter_id(number: str) -> int:
    try:
        return queries.id_of(number)
    except Missing as refusal:
        raise Missing("open311.request", found=number[:40]) from refusal


def _marked(call: Call, text: str) -> str:
    """Return the words with what their platform made of the matter: a note to people, for no step is taken by it."""
    status = call.params.get("status").upper()
    if status not in set(Status):
        raise Invalid("open311.update_status", found=status[:40])
    return f"{text}\n{MARKS[Status(status)]}" if Status(status) in MARKS else text
