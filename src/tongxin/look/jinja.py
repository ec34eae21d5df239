"""The Jinja2 environment of every page: strict, escaped, translated, compiled once."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jinja2
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from tongxin import postgres
from tongxin.look import filters, forms
from tongxin.look.icons import ACTS, KEYS, LAMPS, NOTES, icon

ELDER_COOKIE = "tongxin-elder"


def url(name: str, *args: object, **kwargs: object) -> str:
    """Return the address of a named page."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def language() -> str:
    """Return the language of this page as browsers name it."""
    return "en" if filters.is_english() else "zh-CN"


def messages(request: HttpRequest) -> Iterable[Any]:
    """Return what the last acts left to say, once."""
    return get_messages(request)


def is_elder(request: HttpRequest) -> bool:
    """Tell whether this reader asked for large letters (大字)."""
    return request.COOKIES.get(ELDER_COOKIE) == "1"


def _compiled() -> jinja2.FileSystemBytecodeCache:
    """Keep compiled pages in the private home: a start costs no parsing, and nobody else can write them."""
    kept = postgres.private(Path(settings.HOME)) / "cache" / "pages"
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    return jinja2.FileSystemBytecodeCache(str(kept))


def environment(**options: Any) -> jinja2.Environment:
    """Make the environment for Django's Jinja2 backend. A misspelt name is an error, never a blank."""
    env = jinja2.Environment(
        **{**options, "undefined": jinja2.StrictUndefined},
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=_compiled(),
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext
    )
    env.globals |= {
        "static": static,
        "url": url,
        "icon": icon,
        "language": language,
        "messages": messages,
        "is_elder": is_elder,
        "schema_fields": forms.schema_fields,
        "LAMPS": LAMPS,
        "NOTES": NOTES,
        "ACT_ICONS": ACTS,
        "ACT_KEYS": KEYS,
    }
    env.filters |= filters.FILTERS
    return env
