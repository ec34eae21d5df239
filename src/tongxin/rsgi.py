"""The RSGI door: the gate before pages and API, and how it reads there when it refuses."""

import secrets
from io import BytesIO

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.utils.html import escape

from tongxin import words
from tongxin.guard import counting
from tongxin.guard.gate import Environ, Gate, Headers, Limits, has_body
from tongxin.interfaces.api import problems
from tongxin.interfaces.api.open311 import door
from tongxin.interfaces.api.open311.formats import Form
from tongxin.rules.errors import Refused
from tongxin.wsgi import application as behind

PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8">\
<meta name="viewport" content="width=device-width"><title>{code}</title><p role="alert">{sentence}</p></html>"""


def refuse(environ: Environ, refusal: Refused) -> tuple[int, Headers, bytes]:
    """Return the answer to a request that was not let in, as its address speaks; count it, and say it in the log."""
    counting.refused(refusal.code)
    request = WSGIRequest(environ | {"wsgi.input": BytesIO(), "CONTENT_LENGTH": "0"})
    if request.path.startswith("/api/open311/"):
        answer = door.refused(request, Form.JSON if request.path.rstrip("/").endswith(".json") else Form.XML, refusal)
    elif request.path.startswith("/api/"):
        answer = problems.respond(request, refusal)
    else:
        answer = _page(request, refusal)
    answer["X-Request-ID"] = secrets.token_hex(8)
    if seconds := refusal.facts.get("seconds"):
        answer["Retry-After"] = str(seconds)
    if has_body(environ) and environ["SERVER_PROTOCOL"].startswith("HTTP/1"):
        answer["Connection"] = "close"  # the rest of what is sent is not read
    return answer.status_code, list(answer.items()), answer.content


def _page(request: WSGIRequest, refusal: Refused) -> HttpResponse:
    spoken = problems.language(request)
    sentence = escape(words.say(refusal, spoken))
    told = PAGE.format(lang="en" if spoken == "en" else "zh-Hans", code=refusal.status, sentence=sentence)
    answer = HttpResponse(told, status=refusal.status)
    answer["Content-Security-Policy"] = "default-src 'none'"
    return answer


FORM_MB = settings.EVIDENCE_LIMIT_MB * door.PHOTOS_MOST + door.ENVELOPE_MB
PLAIN_MB = settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20
application = Gate(
    behind, limits=Limits(PLAIN_MB, FORM_MB, settings.EVIDENCE_LIMIT_MB), refuse=refuse, threads=settings.THREADS
)
