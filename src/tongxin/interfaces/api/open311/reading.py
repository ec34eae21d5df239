"""Reading requests: lists by dates, kinds and status, pages of them, and one alone."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from tongxin import words
from tongxin.apps.areas import queries as areas
from tongxin.apps.matters import outside
from tongxin.apps.matters.outside import Asked, Line
from tongxin.apps.publicity import queries as publicity
from tongxin.interfaces.api.open311 import media, statuses, texts
from tongxin.interfaces.api.open311.door import Call
from tongxin.interfaces.api.open311.formats import Listing, moment
from tongxin.interfaces.api.open311.params import Params
from tongxin.interfaces.api.open311.services import name_of
from tongxin.interfaces.api.open311.shapes import REQUESTS, TOKENS, Request, Token
from tongxin.interfaces.api.v1 import showing
from tongxin.rules.area_codes import Level, up_to
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.lifecycles.matter import State

WINDOW = timedelta(days=90)  # the standard's limit, as is the next line
MOST = 1_000
DEEPEST = 100_000  # rows behind which no page goes: a shorter span leads there faster
TEST = "TEST-"
RECEIPT = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


def requests(call: Call) -> Listing:
    """Return a list of requests, newest first. Two statements."""
    wanted = asked(call.params, call.now)
    if wanted.changed:
        call.weigh(*wanted.changed)
    return _listing(call, outside.lines(call.actor, wanted))


def one(call: Call, number: str) -> Listing:
    """Return one request, as a list of one. Raises Missing, also where it is out of scope or sealed."""
    found = outside.lines(call.actor, Asked(statuses.CHANGES, numbers=[number.strip().upper()]))
    if not found:
        if call.is_test and number.startswith(TEST):
            raise Missing("open311.not_kept", found=number[:40])
        raise Missing("open311.request", found=number[:40])
    return _listing(call, found)


def token(call: Call, token: str) -> Listing:
    """Return the request behind a token: the secret of its receipt. Raises Missing."""
    number = outside.number_of_receipt(token) if RECEIPT.fullmatch(token) else None
    if number is None:
        raise Missing("open311.token")
    return TOKENS.of([Token(service_request_id=number, token=token)])


def asked(params: Params, now: datetime) -> Asked:
    """Return which matters are asked for. Numbers leave all else aside, once it can be read. Raises Invalid."""
    size = params.whole("page_size", MOST, MOST)
    skip = (params.whole("page", 1, DEEPEST) - 1) * size
    if skip + size > DEEPEST:
        raise Invalid("open311.page", most=DEEPEST)
    reported = params.moment("start_date"), params.moment("end_date")
    changed = params.moment("updated_after"), params.moment("updated_before")
    is_open = _is_open(params)
    if numbers := params.listed("service_request_id"):
        return Asked(statuses.CHANGES, numbers=[number.upper() for number in numbers], size=size, skip=skip)
    within, touched = span(*reported), span(*changed)
    since, until = within or (None if touched else now - WINDOW, None)
    return Asked(
        statuses.CHANGES,
        templates=params.listed("service_code"),
        is_open=is_open,
        since=since,
        until=until,
        changed=touched,
        size=size,
        skip=skip,
    )


def span(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime] | None:
    """Return both ends of a span of 90 days at most, a missing one added; None where none is given. Raises Invalid."""
    if since is None or until is None:
        since = since or (until - WINDOW if until else None)
        return (since, until or since + WINDOW) if since else None
    if not timedelta(0) <= until - since <= WINDOW:
        raise Invalid("open311.span", days=WINDOW.days)
    return since, until


def _is_open(params: Params) -> bool | None:
    wanted = {each.lower() for each in params.listed("status")}
    if unknown := wanted - {"open", "closed"}:
        raise Invalid("open311.status", found=min(unknown)[:20])
    return "open" in wanted if len(wanted) == 1 else None


# --- one request as it is told ---------------------------------------------------------------------------


def _listing(call: Call, found: Sequence[Line]) -> Listing:
    ids = [line.id for line in found]
    photos = media.of(call, ids, media.BEFORE) if call.actor else {}
    reviewed = {} if call.actor else publicity.words_of(ids)
    return REQUESTS.of(_request(call, line, photos.get(line.id), reviewed.get(line.id)) for line in found)


def _request(call: Call, line: Line, photo: str | None, reviewed: str | None) -> Request:
    name = name_of(line.template_code, is_chinese=call.is_chinese)
    open_ = statuses.is_open(line.state)
    text, links = texts.read(line.text) if line.text is not None else (reviewed, [])
    lon, lat = _point(line) if call.actor else _coarse(line)
    place = line.place if call.actor else ""
    unit = showing.unit(line.unit_id or line.desk_id)
    return Request(
        service_request_id=line.number,
        status="open" if open_ else "closed",
        status_notes=words.label(State(line.state), call.language),
        service_name=name,
        service_code=line.template_code,
        description=text or name,  # where nothing was reviewed, or all was erased
        agency_responsible=unit.name if unit else None,
        requested_datetime=moment(line.reported_at),
        updated_datetime=moment(max(line.updated_at, line.reported_at)),
        expected_datetime=moment(line.due_at) if open_ and line.due_at else None,
        address=" ".join(filter(None, [*areas.said(line.area)[1:], place])) or None,
        address_id=line.area,
        lat=lat,
        long=lon,
        media_url=photo or next(iter(links), None),
    )


def _point(line: Line) -> tuple[float | None, float | None]:
    """Return where it lies, exactly; of what was reported without a point, the middle of its area."""
    if line.lon is not None and line.lat is not None:
        return round(line.lon, 6), round(line.lat, 6)
    return _coarse(line)


def _coarse(line: Line) -> tuple[float | None, float | None]:
    """Return the middle of the grid: near enough for a map, too far for a door."""
    lon, lat = areas.center(up_to(line.area, Level.GRID)) or (None, None)
    return (round(lon, 4), round(lat, 4)) if lon is not None and lat is not None else (None, None)
