"""What a person keeps: read marks that nobody else reads, and lists under a name."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.town import SONGYUAN_02, ZHANGTAN_01, a_matter
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions, light, queries
from tongxin.apps.matters.actions import light as keeping
from tongxin.apps.matters.models import Matter, ReadMark, SavedList
from tongxin.apps.matters.queries import Filters
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.lifecycles.matter import Act, CloseKind, State

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def unread(actor, matter) -> bool:
    row = next(row for row in queries.worklist(actor, Filters(), matter.reported_at).rows if row.id == matter.pk)
    return light.mine(actor).is_unread(row)


def open_matter(actor, *matters, at):
    keeping.mark_read([matter.pk for matter in matters], by=actor, now=at)


# --- read marks ------------------------------------------------------------------------------------------


def test_a_matter_is_unread_until_opened(town, now):
    matter = a_matter(town, now=now)

    assert unread(town.acceptor, matter)
    open_matter(town.acceptor, matter, at=now + MINUTE)

    assert not unread(town.acceptor, matter)


def test_it_is_unread_again_once_it_enters_another_state(town, now):
    matter = a_matter(town, now=now)
    open_matter(town.duty_chief, matter, at=now + MINUTE)

    actions.take(Act.ACCEPT, matter_id=matter.pk, by=town.acceptor, now=now + 2 * MINUTE)

    assert unread(town.duty_chief, matter)


def test_what_does_not_move_it_leaves_it_read(town, now):
    matter = a_matter(town, "HANDLING", now=now)
    open_matter(town.duty_chief, matter, at=now + 9 * MINUTE)

    actions.take(Act.PROGRESS, matter_id=matter.pk, by=town.handler, now=now + 12 * MINUTE, reason="已联系。")

    assert not unread(town.duty_chief, matter)


def test_what_one_has_read_is_unread_to_others(town, now):
    matter = a_matter(town, now=now)
    open_matter(town.acceptor, matter, at=now + MINUTE)

    assert unread(town.second_chief, matter)
    assert light.mine(town.second_chief).read == {}


def test_nobody_marks_what_is_out_of_their_scope(town, now):
    matter = a_matter(town, now=now)

    open_matter(town.neighbouring_dispatcher, matter, at=now + MINUTE)

    assert not ReadMark.objects.exists()


def test_a_second_look_writes_nothing(town, now):
    matter = a_matter(town, now=now)
    open_matter(town.acceptor, matter, at=now + MINUTE)

    open_matter(town.acceptor, matter, at=now + 5 * MINUTE)

    assert ReadMark.objects.get().read_at == now + MINUTE


def test_marks_go_when_their_matter_ends(town, now):
    done, other = a_matter(town, "AWAITING_CLOSING", now=now), a_matter(town, now=now)
    open_matter(town.duty_chief, done, at=now + 9 * MINUTE)
    actions.take(Act.CLOSE, matter_id=done.pk, by=town.duty_chief, now=now + 10 * MINUTE, close_as=CloseKind.NORMAL)

    open_matter(town.duty_chief, other, at=now + 11 * MINUTE)

    assert list(ReadMark.objects.values_list("matter_id", flat=True)) == [other.pk]


def test_many_are_marked_and_read_back_in_one_statement_each(town, now, django_assert_num_queries):
    matters = [a_matter(town, now=now) for _ in range(5)]

    with django_assert_num_queries(1):
        open_matter(town.acceptor, *matters, *matters, at=now + MINUTE)
    with django_assert_num_queries(1):
        mine = light.mine(town.acceptor)

    assert mine.read_in() == {State.AWAITING_ACCEPTANCE: 5}


def test_marks_leave_no_trace_in_the_journal(town, now):
    matter = a_matter(town, now=now)
    entries = Entry.objects.count()

    open_matter(town.acceptor, matter, at=now + MINUTE)

    assert Entry.objects.count() == entries


def test_read_marks_are_read_in_one_place_and_by_their_person_alone():
    """Who looked at what when would be a trail of staff: nothing but the person's own list may ask for it."""
    source = Path(queries.__file__).resolve().parents[2]
    told = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if "migrations" not in path.parts and re.search(r"ReadMark|matters_readmark", path.read_text(encoding="utf-8"))
    }

    assert told == {
        "apps/matters/models/__init__.py",
        "apps/matters/models/light.py",
        "apps/matters/light.py",
        "apps/matters/actions/light.py",
    }
    assert "WHERE r.person_id = %s" in Path(light.__file__).read_text(encoding="utf-8")


# --- lists -----------------------------------------------------------------------------------------------


def keep(actor, now, name="逾期", query="lamp=red"):
    return keeping.keep_list(name=name, query=query, by=actor, now=now)


def names(actor) -> list[str]:
    return [each.name for each in light.mine(actor).lists]


def test_a_list_is_kept_for_the_person_alone(town, now):
    keep(town.dispatcher, now)

    assert names(town.dispatcher) == ["逾期"]
    assert names(town.duty_chief) == names(town.neighbouring_dispatcher) == []
    assert not Entry.objects.filter(kind__startswith="list.").exists()


def test_two_lists_of_a_person_do_not_bear_one_name_but_those_of_two_persons_may(town, now):
    keep(town.dispatcher, now)

    with pytest.raises(Invalid, match=r"list\.name_taken"):
        keep(town.dispatcher, now, name="  逾期 ")
    keep(town.duty_chief, now)


def test_a_list_needs_a_name_and_there_is_an_end_to_them(town, now):
    with pytest.raises(Invalid, match=r"list\.no_name"):
        keep(town.dispatcher, now, name="   ")
    for n in range(keeping.MOST):
        keep(town.dispatcher, now, name=str(n))

    with pytest.raises(Invalid, match=r"list\.too_many"):
        keep(town.dispatcher, now, name="one more")


def test_lists_are_renamed_moved_and_dropped_by_their_owner_only(town, now):
    first, second, third = (keep(town.dispatcher, now, name=name) for name in "甲乙丙")

    keeping.move_list(list_id=third.pk, step=-1, by=town.dispatcher, now=now)
    keeping.rename_list(list_id=first.pk, name="丁", by=town.dispatcher, now=now)
    keeping.drop_list(list_id=second.pk, by=town.dispatcher, now=now)

    assert names(town.dispatcher) == ["丁", "丙"]
    for act, told in (
        (keeping.rename_list, {"name": "x"}),
        (keeping.drop_list, {}),
        (keeping.move_list, {"step": 1}),
        (keeping.share_list, {"unit_id": None}),
    ):
        with pytest.raises(Missing):
            act(list_id=first.pk, by=town.duty_chief, now=now, **told)


def test_a_chief_shares_a_list_with_the_own_unit_and_it_is_recorded(town, now):
    kept = keep(town.duty_chief, now)

    keeping.share_list(list_id=kept.pk, unit_id=town.unit["command_room"], by=town.duty_chief, now=now)

    assert names(town.dispatcher) == ["逾期"]
    assert not light.mine(town.dispatcher).lists[0].is_own
    assert names(town.neighbouring_dispatcher) == names(town.handler) == []
    assert Entry.objects.get(kind="list.share").data == {"unit": town.unit["command_room"]}
    keeping.share_list(list_id=kept.pk, unit_id=None, by=town.duty_chief, now=now)
    assert names(town.dispatcher) == []
    assert Entry.objects.filter(kind="list.unshare").count() == 1


def test_nobody_shares_without_leading_and_nobody_with_another_unit(town, now):
    of_dispatcher, of_chief = keep(town.dispatcher, now), keep(town.duty_chief, now)

    with pytest.raises(NotAllowed):
        keeping.share_list(list_id=of_dispatcher.pk, unit_id=town.unit["command_room"], by=town.dispatcher, now=now)
    with pytest.raises(NotAllowed):
        keeping.share_list(list_id=of_chief.pk, unit_id=town.unit["sanitation"], by=town.duty_chief, now=now)
    assert not SavedList.objects.filter(unit__isnull=False).exists()


def test_a_shared_list_counts_what_each_reader_may_see(town, now):
    a_matter(town, now=now, point=SONGYUAN_02)
    a_matter(town, now=now, point=ZHANGTAN_01)
    every = Filters(states=(State.AWAITING_ACCEPTANCE,))

    assert light.counted(town.acceptor, [every, Filters(words="纸箱"), Filters(area="330803")], now) == [1, 1, 0]
    assert light.counted(town.neighbouring_handler, [every], now) == [0]
    assert light.counted(town.acceptor, [], now) == []


# --- paging ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filters", [Filters(), Filters(states=(State.AWAITING_ACCEPTANCE,))])
def test_pages_lead_back_the_way_they_came(town, now, filters):
    for n in range(7):
        a_matter(town, now=now + n * MINUTE)
    pages, after = [], ""
    while True:
        page = queries.worklist(town.acceptor, filters, now, after=after, size=3)
        pages.append([row.id for row in page.rows])
        if page.next is None:
            break
        after = page.next

    walked = [pages[-1]]
    while page.previous:
        page = queries.worklist(town.acceptor, filters, now, before=page.previous, size=3)
        walked.append([row.id for row in page.rows])

    assert [len(each) for each in pages] == [3, 3, 1]
    assert walked == pages[::-1]
    assert Matter.objects.count() == 7
