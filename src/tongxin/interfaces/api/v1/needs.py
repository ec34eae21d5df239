"""Which fields an act asks for: read off the lifecycle's guards, never typed again."""

from datetime import UTC, datetime
from functools import cache

from tongxin.rules.lifecycles.matter import LIFECYCLE, Act, Ask, Facts

FIELDS = {
    "step.no_reason": "reason",
    "step.no_ground": "ground",
    "step.no_template": "template",
    "step.no_route": "route",
    "step.no_unit": "unit",
    "step.no_close_kind": "close_as",
    "step.no_suggested_unit": "suggested_unit",
    "step.no_master": "master",
    "step.no_cause": "because",
}
NOTHING_GIVEN = Ask(datetime.min.replace(tzinfo=UTC))


@cache
def of(act: Act) -> list[str]:
    """Return the fields without which the act is refused, in the order in which they are asked for."""
    asked: list[str] = []
    for step in LIFECYCLE:
        for guard in step.unless if step.act is act else ():
            refusal = guard(Facts(next(iter(step.sources))), NOTHING_GIVEN)
            if refusal and (field := FIELDS.get(refusal.code)) and field not in asked:
                asked.append(field)
    return asked
