"""Somebody who reviews what is told in public: no post of the town's cast."""

from datetime import date

import pytest

from tests.town import NOW
from tongxin.apps.people import queries as people
from tongxin.apps.people.models import Account, Person, Post, Unit
from tongxin.rules.permissions import Role


@pytest.fixture
def discloser(town):
    person = Person.objects.create(name="测试discloser")
    Account.objects.create(username="discloser", person=person)
    unit = Unit.objects.get(code="county_center")
    Post.objects.create(person=person, unit=unit, role=Role.DISCLOSER, area="330802", start_on=date(2020, 1, 1))
    return people.actor_of(person.pk, NOW)
