"""Units, posts, accounts, keys and days: what administrators do, who may do it, and what a refusal leaves behind."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from tongxin.apps.journal.models import Entry
from tongxin.apps.people import actions, queries
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.models import Account, ApiKey, Post, Unit
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.permissions import Role, scope
from tongxin.rules.units import UnitKind

pytestmark = pytest.mark.django_db
PARKS = {"code": "parks-1", "name": "荷花街道园林所", "kind": UnitKind.PARKS, "area": "330802001"}


def test_a_unit_is_opened_renamed_and_closed_to_new_work(town, now):
    unit = actions.open_unit(**PARKS, by=town.system_admin, now=now)
    assert queries.offices()[UnitKind.PARKS, "330802001"] == unit.pk

    actions.change_unit(unit_id=unit.pk, name="园林所", phone="", is_open=False, by=town.system_admin, now=now)

    assert (UnitKind.PARKS, "330802001") not in queries.offices()
    kinds = Entry.objects.filter(subject=f"unit:{unit.pk}").order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["unit.open", "unit.change"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "circus"}, "unit.kind"),
        ({"name": " "}, "unit.unnamed"),
        ({"code": "sanitation"}, "unit.code_taken"),
        ({"area": "33080"}, "area.code_width"),
    ],
)
def test_a_unit_that_makes_no_sense_is_not_opened(town, now, change, code):
    before = Unit.objects.count()

    with pytest.raises(Invalid) as refused:
        actions.open_unit(**(PARKS | change), by=town.system_admin, now=now)

    assert refused.value.code == code
    assert Unit.objects.count() == before


def test_a_post_counts_from_its_first_day_to_the_day_before_its_last(town, now):
    person = actions.register(name="新来的", username="fresh", password="long-enough", by=town.security_admin, now=now)
    post = actions.appoint(
        person_id=person.pk,
        unit_id=town.unit["sanitation"],
        role=Role.HANDLER,
        area="330802001",
        start_on=localdate(now) + timedelta(days=1),
        by=town.security_admin,
        now=now,
    )
    actions.end_post(post_id=post.pk, end_on=localdate(now) + timedelta(days=3), by=town.security_admin, now=now)

    held = [bool(queries.actor_of(person.pk, now + timedelta(days=n)).duties) for n in range(4)]

    assert held == [False, True, True, False]


def test_the_same_post_is_not_held_twice_at_once(town, now):
    held = Post.objects.get(pk=town.handler.duties[0].post_id)

    with pytest.raises(Invalid, match=r"post\.held_already"):
        actions.appoint(
            person_id=held.person_id,
            unit_id=held.unit_id,
            role=held.role,
            area=held.area,
            start_on=date(2026, 1, 1),
            by=town.security_admin,
            now=now,
        )


def test_the_three_administrators_keep_out_of_each_others_work(town, now):
    with pytest.raises(NotAllowed):
        actions.open_unit(**PARKS, by=town.security_admin, now=now)
    with pytest.raises(NotAllowed):
        actions.register(name="某", by=town.system_admin, now=now)
    with pytest.raises(NotAllowed):
        actions.set_day(day=date(2027, 1, 2), is_working=True, source="通知", by=town.audit_admin, now=now)
    for who in (town.system_admin, town.security_admin, town.audit_admin):
        assert scope(who).areas == scope(who).units == scope(who).sealed == ()


def test_a_user_name_is_given_once(town, now):
    with pytest.raises(Invalid, match=r"account\.taken"):
        actions.register(name="某", username="HANDLER", password="x" * 12, by=town.security_admin, now=now)


def test_a_key_acts_for_its_person_until_it_is_revoked_or_expires(town, now):
    key, text = actions.issue_key(
        name="对接", person_id=town.handler.person_id, days=10, by=town.security_admin, now=now
    )

    assert queries.actor_of_key(text, now).duties == town.handler.duties
    assert text not in str(ApiKey.objects.values().get(pk=key.pk))
    assert queries.actor_of_key(text, now + timedelta(days=10)) is None
    assert queries.actor_of_key(text + "x", now) is None
    actions.revoke_key(key_id=key.pk, by=town.security_admin, now=now)
    assert queries.actor_of_key(text, now) is None


def test_a_day_is_declared_with_its_source_and_taken_back(town, now):
    day = date(2027, 2, 20)
    before = calendar().is_working(day)

    with pytest.raises(Invalid, match=r"calendar\.no_source"):
        actions.set_day(day=day, is_working=not before, source=" ", by=town.system_admin, now=now)
    actions.set_day(day=day, is_working=not before, source="国办发明电", by=town.system_admin, now=now)
    assert calendar().is_working(day) is not before
    actions.clear_day(day=day, by=town.system_admin, now=now)

    assert calendar().is_working(day) is before
    with pytest.raises(Missing):
        actions.clear_day(day=day, by=town.system_admin, now=now)


def test_passwords_are_kept_as_digests(town, now):
    actions.register(name="某", username="somebody", password="open sesame!", by=town.security_admin, now=now)

    assert "sesame" not in Account.objects.get(username="somebody").password
