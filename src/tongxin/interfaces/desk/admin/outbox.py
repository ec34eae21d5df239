"""Stuck deliveries: what no reaction took after many tries, and giving it another chance."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tongxin.apps.journal import actions, audit, queries
from tongxin.interfaces.desk.admin.doors import attempt, needs
from tongxin.interfaces.desk.frame import page
from tongxin.rules.permissions import Permission

SHOWN = 200


@require_safe
@needs(Permission.RUN_OUTBOX)
def index(request: HttpRequest) -> HttpResponse:
    """Show what is stuck, the longest waiting first. Two statements besides the frame's."""
    rows = list(queries.stuck()[: SHOWN + 1])
    entries = audit.entries_behind(rows)
    context = {
        "rows": [(row, entries.get(row.entry_id)) for row in rows[:SHOWN]],
        "is_more": len(rows) > SHOWN,
        "shown": SHOWN,
    }
    return page(request, "desk/admin/outbox.html", context)


@require_POST
@needs(Permission.RUN_OUTBOX)
def retry(request: HttpRequest) -> HttpResponse:
    """Let the ticked deliveries be tried again."""
    ids = [int(each) for each in request.POST.getlist("delivery") if each.isdecimal() and len(each) < 19]
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    many = ngettext("%(n)s delivery is due again.", "%(n)s deliveries are due again.", len(ids)) % {"n": len(ids)}
    if ids:
        attempt(request, lambda: actions.retry(delivery_ids=ids, by=by, now=now) or True, many)
    return redirect("desk:outbox")
