"""What the routing rules are tried on before they change: the matters that came in last, as routing saw them."""

from tongxin.apps.matters.models import Matter
from tongxin.rules.routing import Case

MOST = 2_000


def latest_cases(limit: int = MOST) -> list[Case]:
    """Return the last matters as routing looks at them: codes alone, no number and no word. One statement."""
    rows = Matter.objects.order_by("-reported_at", "-id").values_list(
        "template_code", "level", "urgency", "channel", "area"
    )
    return [Case(*row) for row in rows[: min(limit, MOST)]]
