"""How much waits for the person, as the tabs and their own page count it."""

from django.http import HttpRequest

from tongxin.apps.matters import ground


def count(request: HttpRequest) -> int:
    """Return how many tasks wait. One statement, none where they were read already."""
    if hasattr(request, "field_tasks"):
        return len(request.field_tasks)
    return ground.waiting(request.actor)  # type: ignore[attr-defined]
