"""What makes the door an app: its manifest, and the service worker with the shell it keeps."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

SHELL = (
    "look/tongxin.css",
    "look/mark.svg",
    "look/chevron.svg",
    "look/pushing.js",
    "look/pushed.js",
    "look/built/sprite.svg",
    "field/field.css",
    "field/app.js",
    "field/store.js",
    "field/sending.js",
    "field/keeping.js",
    "field/photos.js",
    "field/words.js",
    "field/forms.js",
    "field/report.js",
    "field/near.js",
    "field/waiting.js",
    "field/waits.js",
    "field/worker.js",
)
ICONS = (("field/icon-192.png", "192x192"), ("field/icon-512.png", "512x512"))


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Tell a phone how to install the door. Open to all: browsers ask for it without saying who they are."""
    icons = [{"src": static(file), "sizes": sizes, "type": "image/png", "purpose": "any"} for file, sizes in ICONS]
    icons += [{**icons[-1], "purpose": "maskable"}]
    told = {
        "id": reverse("field:today"),
        "name": _("Tongxin on the ground"),
        "short_name": _("Tongxin"),
        "start_url": reverse("field:today"),
        "scope": reverse("field:today"),
        "display": "standalone",
        "orientation": "portrait-primary",
        "background_color": "#f5f5f2",
        "theme_color": "#1f4f7b",
        "icons": icons,
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """Send the service worker: a few lines that name the version and the shell. Open to all, as it tells nothing."""
    shell = [static(file) for file in SHELL] + [reverse("field:offline")]
    lines = (
        f'import {{ start }} from "{static("field/worker.js")}?{version()}";',
        f'start("{version()}", {shell!r});'.replace("'", '"'),
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what stands in for a page that the phone does not keep. It says nothing of anybody."""
    return render(request, "field/offline.html")


def version() -> str:
    """Return the hash of all the shell's files: another file, another version."""
    found = [Path(path) for file in SHELL if (path := finders.find(file))]
    return _version(tuple((path, path.stat().st_mtime_ns) for path in found))


@lru_cache(maxsize=4)
def _version(files: tuple[tuple[Path, int], ...]) -> str:
    told = hashlib.sha256()
    for path, _changed in files:
        told.update(path.name.encode() + path.read_bytes())
    return told.hexdigest()[:12]
