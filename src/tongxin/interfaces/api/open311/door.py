"""The door of Open311: who asks, in which form, how often, and every refusal as an array of errors.

The standard knows three answers to what goes wrong: 404 for what does not exist, 403 for a key, 400 for all else. A
method it does not use is answered as HTTP has it: 405, naming those that there are (RFC 9110, §15.5.6).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import BadRequest, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils import timezone

from tongxin import words
from tongxin.apps.areas import queries as areas
from tongxin.guard.addresses import address_of
from tongxin.guard.limits import Limit, TooOften
from tongxin.interfaces.api import problems
from tongxin.interfaces.api.middleware import refusal_of
from tongxin.interfaces.api.open311.formats import Form, Listing, Single, written
from tongxin.interfaces.api.open311.params import Params
from tongxin.interfaces.api.open311.shapes import ERRORS, Error
from tongxin.interfaces.api.v1 import keys
from tongxin.rules.area_codes import Level, canonical
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.permissions import Actor

STATUS = {401: 403, 403: 403, 404: 404, 405: 405}  # of a refusal, as the standard has it; 400 for all others
DESCRIBED = '</api/open311/v2/openapi.json>; rel="service-desc"; type="application/json"'  # RFC 8631
FINER = frozenset({413, 429})  # told in the body, where the standard allows it
ENVELOPE_MB = 1
PHOTOS_MOST = 6
UNREADABLE = (BadRequest, MultiPartParserError, TooManyFieldsSent, TooManyFilesSent)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

strangers = Limit(a_minute=600, burst=300)  # by address, without a key
partners = Limit(a_minute=1_800, burst=900)  # by key: a whole city's own platform may stand behind one
tellers = Limit(a_minute=300, burst=60)  # by key, what is told: five a second is more than a large city's


class Faults(Exception):
    """Several things are wrong at once, and all of them are told."""

    def __init__(self, refusals: Sequence[Refused]) -> None:
        super().__init__([refusal.code for refusal in refusals])
        self.refusals = refusals


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the handlers see it. `is_test`: all is checked and nothing is kept."""

    request: HttpRequest
    params: Params
    caller: keys.Caller | None
    form: Form
    is_test: bool
    now: datetime
    language: str

    @property
    def actor(self) -> Actor | None:
        return self.caller.actor if self.caller else None

    @property
    def is_chinese(self) -> bool:
        return self.language.startswith("zh")

    def weigh(self, since: datetime, until: datetime) -> None:
        """Count a question that reads the journal of many days as many knocks: one a day. Raises TooOften."""
        _knock(self.request, self.caller, (until - since) / timedelta(days=1))

    def known(self) -> keys.Caller:
        """Return who asks. Raises NotAllowed where no key was sent."""
        if self.caller is None:
            raise NotAllowed("open311.no_key")
        return self.caller


Told = Listing | Single | tuple[Listing, int] | HttpResponseBase  # a whole response: a photo
Handler = Callable[..., Told]


def view(*, get: Handler | None = None, post: Handler | None = None) -> Callable[..., HttpResponseBase]:
    """Return the view of an address, from what answers each method: given the call and what the address names."""
    handlers = {"GET": get, "HEAD": get, "POST": post}
    allowed = [method for method, handler in handlers.items() if handler]

    def answer(request: HttpRequest, form: str, stage: str = "", **named: str) -> HttpResponseBase:
        wanted = Form(form)
        try:
            handler = handlers.get(request.method or "")
            if handler is None:
                raise problems.WrongMethod("method.not_allowed", method=request.method, allowed=", ".join(allowed))
            found = handler(_call(request, wanted, bool(stage)), **named)
            if isinstance(found, HttpResponseBase):
                return found
            told, status = found if isinstance(found, tuple) else (found, 200)
            return _respond(told, wanted, status)
        except Exception as error:  # whatever it was, the caller gets an array of errors
            return refused(request, wanted, error)

    return answer


def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer an address under this door that does not exist."""
    form = Form.JSON if request.path_info.rstrip("/").endswith(".json") else Form.XML
    return refused(request, form, Missing("path.missing", path=request.path_info[:120]))


def refused(request: HttpRequest, form: Form, error: Exception) -> HttpResponse:
    """Return the array of errors for what went wrong; what nobody anticipated is logged under the request's id."""
    language = problems.language(request)
    refusals = error.refusals if isinstance(error, Faults) else [_refusal(request, error)]
    told = [
        Error(
            code=refusal.status if refusal.status in FINER else STATUS.get(refusal.status, 400),
            description=words.say(refusal, language),
        )
        for refusal in refusals
    ]
    status = STATUS.get(refusals[0].status, 400)
    response = _respond(ERRORS.of(told), form, status)
    response["Content-Language"] = "zh-Hans" if language == "zh-hans" else language
    if isinstance(refusals[0], TooOften):
        response["Retry-After"] = str(refusals[0].facts["seconds"])
    if isinstance(refusals[0], problems.WrongMethod):
        response["Allow"] = str(refusals[0].facts["allowed"])
    return response


def _refusal(request: HttpRequest, error: Exception) -> Refused:
    if isinstance(error, UNREADABLE):
        return Invalid("open311.unreadable")
    return refusal_of(request, error)


def _respond(told: Listing | Single, form: Form, status: int) -> HttpResponse:
    response = HttpResponse(written(told, form), status=status, content_type=form.media_type)
    response["Vary"] = "Accept-Language"
    response["Link"] = DESCRIBED
    response["Access-Control-Allow-Origin"] = "*"  # no cookie is read here: any page may read what anybody may
    return response


def _call(request: HttpRequest, form: Form, is_test: bool) -> Call:
    params = Params(*_sent(request))
    caller = _caller(request, params)
    _check_jurisdiction(request, params.get("jurisdiction_id"))
    return Call(request, params, caller, form, is_test, timezone.now(), problems.language(request))


def _sent(request: HttpRequest) -> list:
    if request.method != "POST":
        return [request.GET]
    limit_mb = settings.EVIDENCE_LIMIT_MB * PHOTOS_MOST
    if int(request.META.get("CONTENT_LENGTH") or 0) > (limit_mb + ENVELOPE_MB) << 20:
        raise problems.TooLarge("body.too_large", limit_mb=limit_mb)
    if request.content_type not in FORMS and request.META.get("CONTENT_LENGTH") not in (None, "", "0"):
        raise Invalid("open311.no_form", found=(request.content_type or "—")[:40])
    if request.content_type == FORMS[0]:
        _check_letters(request.body)
    return [request.POST, request.GET]


def _check_letters(form: bytes) -> None:
    """Raise BadRequest for another encoding than UTF-8, of which Django would keep what it made of it."""
    try:
        unquote_to_bytes(form).decode()
    except UnicodeDecodeError as wrong:
        raise BadRequest("encoding") from wrong


def _caller(request: HttpRequest, params: Params) -> keys.Caller | None:
    """Return who asks, None for strangers; and count the knock. Raises TooOften, Unknown."""
    key, caller = params.get("api_key"), None
    try:
        caller = keys.caller_of(key) if key else None
    finally:
        _knock(request, caller)  # a wrong key, too
    return caller


def _knock(request: HttpRequest, caller: keys.Caller | None, knocks: float = 1) -> None:
    if caller is None:
        strangers.take(address_of(request), knocks)
    else:
        partners.take(caller.actor.ref, knocks)
        if request.method == "POST":
            tellers.take(caller.actor.ref)


def _check_jurisdiction(request: HttpRequest, named: str) -> None:
    """Raise Missing for another city than this one. One server is one city: it goes without saying."""
    if not named or named == settings.OPEN311_JURISDICTION:
        return
    host = request.get_host().partition(":")[0]
    is_city = len(canonical(named)) == Level.CITY and canonical(named) in areas.names()
    if settings.OPEN311_JURISDICTION or not (named == host or is_city):
        raise Missing("open311.jurisdiction", found=named[:60])
