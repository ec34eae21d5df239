"""What waits on the phone: drawn by the phone itself, as only it knows."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongxin.interfaces.field import frame


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Show the frame in which the phone lists what it has not sent."""
    return frame.page(request, "field/waiting.html", {})
