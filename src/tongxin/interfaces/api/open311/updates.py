"""`servicerequestupdates`, as FixMyStreet asks and tells: what happened here, and what was said there.

Source: mysociety/open311-adapter, Open311::Endpoint::Role::mySociety; FixMyStreet polls the last two hours.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tongxin import words
from tongxin.apps.matters import outside
from tongxin.apps.matters.outside import Happened
from tongxin.interfaces.api.open311 import media, statuses
from tongxin.interfaces.api.open311.door import Call
from tongxin.interfaces.api.open311.formats import Listing, moment
from tongxin.interfaces.api.open311.reading import DEEPEST, MOST, span
from tongxin.interfaces.api.v1 import showing
from tongxin.rules.errors import Invalid
from tongxin.rules.lifecycles.matter import Act, Ground

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
    since, until = span(since or call.now - DAY, until or call.now)
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
    return Listing("service_request_updates", "request_update", [_update(call, step, photos) for step in found])


def _update(call: Call, step: Happened, photos: Mapping[int, str]) -> dict[str, Any]:
    is_closing = step.kind == f"matter.{Act.CLOSE}"
    return {
        "update_id": f"{step.number}-{step.seq}",
        "service_request_id": step.number,
        "status": statuses.status_of(step).value,
        "updated_datetime": moment(step.at),
        "description": _sentence(call, step),
        "media_url": photos.get(step.matter_id) if is_closing else None,
        "external_status_code": str(step.data.get("state", step.state)),
    }


def _sentence(call: Call, step: Happened) -> str:
    if step.text:
        return step.text
    telling = statuses.TELLINGS[statuses.act_of(step.kind)]
    unit = showing.unit(step.data.get("unit") or step.unit_id)
    ground = step.data.get("ground")
    named = unit.name if unit else ("承办单位" if call.is_chinese else "The unit")
    why = words.label(Ground(ground), call.language) if ground else "—"
    return (telling.chinese if call.is_chinese else telling.english).format(unit=named, ground=why)
