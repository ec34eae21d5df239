"""Sending a file that is kept: with the headers it comes with, and not again to whoever has it."""

from pathlib import Path
from typing import Protocol

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified


class Kept(Protocol):
    """A file as it lies, and what to send with it, Content-Type and ETag included."""

    @property
    def path(self) -> Path: ...
    @property
    def headers(self) -> dict[str, str]: ...


def whole(shown: Kept) -> FileResponse:
    """Return the file."""
    answer = FileResponse(shown.path.open("rb"))
    for name, value in shown.headers.items():  # afterwards: Django would guess type and name from the path
        answer.headers[name] = value
    return answer


def unless_known(request: HttpRequest, shown: Kept) -> HttpResponse | FileResponse:
    """Return the file, or that the reader's own copy is still the same."""
    if request.headers.get("If-None-Match") == shown.headers["ETag"]:
        return HttpResponseNotModified(headers={"ETag": shown.headers["ETag"]})
    return whole(shown)
