"""The status of a refusal, for programs: is it what was written, what was named, or how things stand in the city?

422 says that a request contradicts its description, or itself: sent again, it is refused again. What is refused for
what the city knows or does now is told apart from that, wherever in a request it was named.
"""

from tongxin.rules.errors import Invalid, Missing, Refused

# named in a body or behind the question mark, and not there: the same as in an address
NAMED = frozenset({"area.unknown", "point.outside", "template.unknown", "unit.missing", "unit.unknown"})

# well written, and not possible as things stand: what is there already, what it belongs to, what day it is
AS_THINGS_STAND = frozenset(
    {
        "alarm.not_theirs",
        "device.owner",
        "device.retired",
        "evidence.matter_closed",
        "evidence.too_many",
        "hand_over.successor",
        "help.teams",
        "letter.no_way_back",
        "moment.beyond",
        "patrol.no_team",
        "patrol.outside",
        "patrol.unknown_tick",
        "post.ends_before_start",
        "post.held_already",
        "publication.sealed",
        "reading.no_values",
        "report.in_future",
        "report.too_old",
        "roster.not_held",
        "roster.week",
        "stand_in.past",
        "subscription.too_many",
        "unit.code_taken",
        "van.kit",
        "visit.next_on",
        "webhook.off",
        "webhook.too_many",
    }
)


def told(refusal: Refused) -> Refused:
    """Return a refusal as programs are told it: its code and facts as they are, its status by what it is about."""
    if isinstance(refusal, Invalid) and refusal.code in NAMED:
        return Missing(refusal.code, **refusal.facts)
    if isinstance(refusal, Invalid) and refusal.code in AS_THINGS_STAND:
        return Refused(refusal.code, **refusal.facts)
    return refusal
