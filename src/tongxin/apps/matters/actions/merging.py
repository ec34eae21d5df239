"""Several reports of one thing: what follows a master ends with it, and every reporter is answered."""

from datetime import datetime

from django.db import transaction

from tongxin.apps.matters.actions.steps import take_many
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.stepping import Asked, Taken
from tongxin.postgres.batches import run
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import Act, CloseKind
from tongxin.rules.permissions import Actor

BATCH = 500
# the words of the answer are the master's; each child's reporter reads them on the child's own page
ANSWER = """
    SELECT right(n.text, (e.data ->> 'answered')::int) FROM matters_note n
    JOIN journal_entry e ON e.subject = 'matter:' || n.matter_id AND e.seq = n.seq
    WHERE n.matter_id = %s AND e.data ? 'answered' ORDER BY n.seq DESC LIMIT 1"""


@transaction.atomic
def follow(*, master_id: int, by: Actor, now: datetime) -> list[Taken | Refused]:
    """Close everything that was merged into a closed matter, with its answer. Each is decided by the lifecycle."""
    master = Matter.objects.filter(pk=master_id, closed_at__isnull=False).first()
    if master is None:
        return []
    told = run(ANSWER, [master_id])
    answer = told[0][0] if told else ""
    close_as = CloseKind(master.close_as) if master.close_as else None
    done: list[Taken | Refused] = []
    while children := list(
        Matter.objects.filter(master_id=master_id, state="merged").order_by("id").values_list("id", flat=True)[:BATCH]
    ):
        asked = [
            Asked(Act.FOLLOW, child, by, now, reply=answer, close_as=close_as, is_late=master.is_late)
            for child in children
        ]
        answers = take_many(asked)
        done += answers
        if any(isinstance(each, Refused) for each in answers):
            break
    return done
