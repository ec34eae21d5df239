"""改分类: what nobody could name when it was reported is sorted by the desk, as if it had been reported so."""

from datetime import timedelta

import pytest

from tests.town import a_matter, a_report
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Deadline, Matter, Note
from tongxin.rules.errors import Invalid, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import RESIDENT

pytestmark = pytest.mark.django_db
COLUMNS = ("template_code", "template_version", "level", "urgency", "is_sealed", "seal", "suggested_id", "suggested_by")
CLOCK = ("clock", "limit", "started_at", "due_at", "amber_at", "is_provisional")


def sorted_anew(town, matter, template, now, by="acceptor", **told):
    asked = {"matter_id": matter.pk, "by": getattr(town, by), "now": now, "reason": "报的是路灯。"} | told
    actions.take(Act.RECLASSIFY, template=template, **asked)
    matter.refresh_from_db()
    return matter


def clocks(matter):
    return list(Deadline.objects.filter(matter=matter, ended_at=None).order_by("clock").values_list(*CLOCK))


@pytest.mark.parametrize("template", ["D02", "D01", "H06", "A02"])
def test_it_is_then_what_it_were_had_it_been_reported_so(town, now, template):
    """Whatever the way: level, urgency, seal, route and every date equal those of the same report of the other kind."""
    told = {"text": "学校门口出了事，请来看看。", "contact_phone": "13800006027", "by": RESIDENT, "now": now}
    matter, twin = a_matter(town, template="F11", **told), a_matter(town, template=template, **told)

    sorted_anew(town, matter, template, now + timedelta(minutes=20), by="duty_chief")

    twin.refresh_from_db()
    assert [getattr(matter, each) for each in COLUMNS] == [getattr(twin, each) for each in COLUMNS]
    assert clocks(matter) == clocks(twin) and (matter.due_at, matter.amber_at) == (twin.due_at, twin.amber_at)
    assert matter.report.words == twin.report.words


def test_the_record_says_what_it_was_and_why_and_nobody_else_may(town, now):
    matter = a_matter(town, template="F11", by=RESIDENT)

    for who in ("handler", "neighbouring_dispatcher", "grid_worker"):
        with pytest.raises((NotAllowed, Refused)):
            sorted_anew(town, matter, "D02", now, by=who)
    with pytest.raises(Invalid, match=r"template\.unknown"):
        sorted_anew(town, matter, "Z99", now)
    before = matter.rev
    sorted_anew(town, matter, "D02", now)

    entry = matter_story(matter)[-1]
    assert (entry.kind, entry.data["was"], entry.data["template"]) == ("matter.reclassify", "F11", "D02")
    assert "路灯" not in str(entry.data) and Note.objects.get(matter=matter).text == "报的是路灯。"
    assert (matter.rev, matter.state) == (before + 1, "awaiting_acceptance")
    actions.take(Act.ACCEPT, matter_id=matter.pk, by=town.acceptor, now=now)
    sorted_anew(town, matter, "D01", now)
    actions.take(Act.FILE, matter_id=matter.pk, by=town.duty_chief, now=now)
    with pytest.raises(Refused, match="wrong_state"):
        sorted_anew(town, matter, "D02", now, by="duty_chief")


def matter_story(matter):
    from tongxin.apps.journal.queries import story

    return list(story(f"matter:{matter.pk}"))


def test_a_wish_for_secrecy_and_a_child_stay_sealed_and_nobody_seals_out_of_their_own_sight(town, now):
    secret = a_matter(town, template="F11", by=RESIDENT, is_secret=True)
    child = a_matter(town, template="A02", by=RESIDENT)
    plain = a_matter(town, template="F11", by=RESIDENT)
    assert (secret.seal, child.seal) == ("secret", "minors")

    sorted_anew(town, secret, "D02", now, by="duty_chief")
    sorted_anew(town, child, "D02", now, by="duty_chief")
    assert (secret.is_sealed, secret.seal, child.is_sealed, child.seal) == (True, "secret", True, "minors")
    with pytest.raises(Refused, match="seal_not_named"):
        sorted_anew(town, plain, "A02", now, by="acceptor")
    assert Matter.objects.get(pk=plain.pk).template_code == "F11"


def test_what_was_promised_counts_from_the_report_and_answers_stay_where_the_new_kind_asks_the_same(town, now):
    answers = {"spot": "楼顶", "area_m2": 40}
    reported = actions.report(a_report(template="C01", form=answers), by=town.grid_worker, now=now)
    matter = Matter.objects.get(pk=reported.id)

    sorted_anew(town, matter, "C05", now + timedelta(hours=3))

    whole = Deadline.objects.get(matter=matter, clock="whole", ended_at=None)
    assert whole.started_at == matter.reported_at and matter.report.form == {"area_m2": 40}
    assert actions.take(Act.ACCEPT, matter_id=matter.pk, by=town.acceptor, now=now).state == "awaiting_filing"
