"""A demonstration's residents use their receipts, by the same acts as everybody's."""

from datetime import timedelta

import pytest

from tests.town import a_matter
from tongxin.interfaces.console.simulation import residents
from tongxin.rules.channels import Channel
from tongxin.rules.permissions import RESIDENT

VILLAGE = "330802001001"


@pytest.mark.django_db
def test_residents_use_their_receipts_and_a_demonstration_names_one(town, now):
    told = {"by": RESIDENT, "channel": Channel.RESIDENT}
    lively = a_matter(town, "HANDLING", contact_phone="13800006027", **told)
    second, closed = a_matter(town, "HANDLING", now=now - timedelta(hours=1), **told), a_matter(town, "CLOSED", **told)

    done = residents.follow(VILLAGE, now + timedelta(hours=2))

    for matter in (lively, second, closed):
        matter.refresh_from_db()
    assert (lively.added, second.added, closed.rating) == (1, 1, "very_satisfied")
    assert (lively.children, done) == (3, 6)
    assert residents.shown(VILLAGE) == (str(lively.receipt), lively.number, "6027")
