"""Taking in requests: where, what, which answers, which photos; the test endpoint checks the same and keeps nothing."""

import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from tongxin.apps.areas import queries as areas
from tongxin.apps.journal.evidence import Received
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions import Incoming
from tongxin.apps.matters.incoming import NAME_LIMIT, PHONE_LIMIT, PLACE_LIMIT
from tongxin.apps.matters.kinds import Kind
from tongxin.apps.matters.suggesting.gazetteer import gazetteer
from tongxin.interfaces.api import meters
from tongxin.interfaces.api.open311 import attributes, media, texts
from tongxin.interfaces.api.open311.door import Call
from tongxin.interfaces.api.open311.formats import Listing
from tongxin.interfaces.api.open311.params import Params
from tongxin.interfaces.api.open311.reading import TEST
from tongxin.interfaces.api.open311.services import kind_of
from tongxin.interfaces.api.open311.shapes import RECEIPTS, Receipt
from tongxin.interfaces.api.v1 import replays
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid
from tongxin.rules.lifecycles.matter import OPEN
from tongxin.rules.permissions import holding_receipt
from tongxin.rules.working_time import SHANGHAI

TEXT_MOST = 4_000  # the standard's limit
LINKS_MOST, LINK_LENGTH = 6, 500
WHOLE_MOST = TEXT_MOST + LINKS_MOST * (LINK_LENGTH + len(texts.MARK) + 1)  # the text with its links
KEY_MOST = 100
NOT_PINPOINTED = "#NOTPINPOINTED#"  # what FixMyStreet writes where the reporter gave no place
NOTICES = {
    "kept": (
        "已收到，编号 {number}（{place}），最晚 {due} 办结。凭编号可查进度。",
        "Received as {number} ({place}), to be closed by {due} at the latest. Ask for it by its number.",
    ),
    "test": ("测试通过：内容符合要求，没有保存。", "Test passed: the request is fit. Nothing was kept."),
}


def report(call: Call) -> tuple[Listing, int]:
    """Take in one request: 201, or 200 where its X-Idempotency-Key was known. Raises Refused, Faults."""
    by = call.known().actor
    incoming = _incoming(call)
    with media.received(call) as photos:
        if call.is_test:
            actions.try_report(incoming, by=by, now=call.now)
            return _answer(f"{TEST}{secrets.token_hex(4).upper()}", NOTICES["test"][0 if call.is_chinese else 1]), 201
        reported = actions.report(incoming, by=by, now=call.now, source=f"open311:{by.ref.removeprefix('key:')}")
        if not reported.is_new:
            reported, photos = _again(incoming, reported, photos)
        reporter = holding_receipt(reported.id)  # the photos are the reporter's, and are erased with the words
        for photo in photos:
            actions.attach_received(photo, matter_id=reported.id, kind=media.BEFORE, by=reporter, now=call.now)
    call.request.noted = {"matter": reported.number}  # type: ignore[attr-defined]
    if reported.is_new:
        meters.MATTERS.labels("report").inc()
    return _answer(reported.number, _notice(call, reported)), 201 if reported.is_new else 200


def _again(
    incoming: Incoming, reported: actions.Reported, photos: list[Received]
) -> tuple[actions.Reported, list[Received]]:
    """Return a request sent again, promised for when it was, and the photos lost on the way, while it is open.

    Raises Invalid where it tells something else than the first time.
    """
    known = replays.kept([(incoming, reported)])[reported.id]
    replays.check(incoming, known)
    due_at = known.whole_due_at  # type: ignore[attr-defined]  # of all of it: the matter's own is of its next step
    return reported._replace(due_at=due_at), photos if reported.state in OPEN else []


def _answer(number: str, notice: str) -> Listing:
    return RECEIPTS.of([Receipt(service_request_id=number, service_notice=notice)])


def _notice(call: Call, reported: actions.Reported) -> str:
    due = reported.due_at.astimezone(SHANGHAI) if reported.due_at else None
    told = NOTICES["kept"][0 if call.is_chinese else 1]
    place = "".join(areas.said(reported.area)[2:]) or reported.area
    return told.format(number=reported.number, place=place, due=f"{due:%Y-%m-%d %H:%M}" if due else "—")


def _incoming(call: Call) -> Incoming:
    params = call.params
    kind, form = _asked(call)
    lon, lat, area, place = _place(params)
    text, links = text_of(params) or kind.name, links_of(params)  # the standard asks for no words
    name = " ".join(filter(None, (params.get("first_name"), params.get("last_name"))))
    return Incoming(
        template=kind.code,
        text=texts.written(text, links),
        text_limit=WHOLE_MOST,
        place=place,
        lon=lon,
        lat=lat,
        area=area,
        form=form,
        channel=Channel.PARTNER,
        contact_name=short("first_name", name, NAME_LIMIT),
        contact_phone=short("phone", params.get("phone"), PHONE_LIMIT),
        source_key=_key(call),
    )


def _asked(call: Call) -> tuple[Kind, dict]:
    code = call.params.get("service_code")
    if not code:
        raise Invalid("open311.no_service_code", form=call.form.value)
    kind = kind_of(code, call.form)
    return kind, attributes.answered(kind, call.params.attributes())


def text_of(params: Params) -> str:
    """Return the description with plain line breaks. Raises Invalid."""
    text = params.get("description").replace("\r\n", "\n").replace("\r", "\n")
    return short("description", text, TEXT_MOST)


def short(name: str, text: str, most: int) -> str:
    """Return a text that is not too long. Raises Invalid."""
    if len(text) > most:
        raise Invalid("open311.too_long", name=name, most=most, found=len(text))
    return text


def links_of(params: Params) -> list[str]:
    """Return the links sent in place of photos. Raises Invalid."""
    links = params.all("media_url")
    if len(links) > LINKS_MOST or not all(_is_link(each) for each in links):
        raise Invalid("open311.media_url", length=LINK_LENGTH, most=LINKS_MOST)
    return links


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_plain = text.isprintable() and not any(letter.isspace() for letter in text)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(text) <= LINK_LENGTH and is_plain


def _key(call: Call) -> str | None:
    key: str | None = call.request.META.get("HTTP_X_IDEMPOTENCY_KEY")
    if not key:
        return None
    if not (len(key) <= KEY_MOST and key.isascii() and key.isprintable()):
        raise Invalid("open311.idempotency", most=KEY_MOST)
    return key


# --- where -----------------------------------------------------------------------------------------------


def _place(params: Params) -> tuple[float | None, float | None, str, str]:
    """Return a point or an area, and the address as it was written. A point counts before a code, a code before words.

    Raises Invalid where none of them says where it is.
    """
    address, code = _told(params, "address_string"), _told(params, "address_id")
    lat, lon = params.get("lat"), params.get("long")
    if lat or lon:
        if not (lat and lon):
            raise Invalid("point.half")
        return *_point(lon, lat), "", address[:PLACE_LIMIT]
    if code:
        return None, None, _coded(code), address[:PLACE_LIMIT]
    if address:
        return None, None, _named(address), address[:PLACE_LIMIT]
    raise Invalid("open311.no_place")


def _told(params: Params, name: str) -> str:
    text = params.get(name)
    return "" if text == NOT_PINPOINTED else text


def _point(lon: str, lat: str) -> tuple[float, float]:
    try:
        return float(lon), float(lat)
    except ValueError as wrong:
        raise Invalid("point.invalid", lon=lon[:20], lat=lat[:20]) from wrong


def _coded(code: str) -> str:
    area = areas.named(code)
    if area is None or not area.is_valid or area.level < Level.TOWN:
        raise Invalid("open311.address_id", found=code[:20])
    return area.code


def _named(address: str) -> str:
    """Return the one area an address names: a town at least, for a wider one is no place to go to. Raises Invalid."""
    codes = _meant([place.codes for place in gazetteer().places(address)])
    if not codes:
        found = areas.search(address, limit=2)
        codes = {each.code for each in found[:1]} if len(found) == 1 else set()
    if len(codes) != 1 or len(code := codes.pop()) < Level.TOWN:
        raise Invalid("open311.address", found=address[:40])
    return code


def _meant(named: Sequence[tuple[str, ...]]) -> set[str]:
    """Return the deepest areas that an address names without doubt, those around them left out."""
    sure = {codes[0] for codes in named if len(codes) == 1}
    return {code for code in sure if not any(other != code and other.startswith(code) for other in sure)}
