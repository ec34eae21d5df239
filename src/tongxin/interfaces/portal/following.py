"""What a secret link opens: for now, where the matter stands."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongxin.apps.matters.models import Matter
from tongxin.interfaces.portal.frame import page, public, shell_at
from tongxin.rules.errors import Missing
from tongxin.rules.lifecycles.matter import State


@require_safe
@public
def track(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Show the matter of a receipt."""
    matter = Matter.objects.filter(receipt=receipt).first()
    if matter is None:
        raise Missing("portal.no_receipt")
    context = {"tab": "", "matter": matter, "state": State(matter.state)}
    return page(request, "portal/track.html", context, shell=shell_at(matter.area))
