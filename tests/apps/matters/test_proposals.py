"""Rules safely changed: nothing is in force before a second person put it there, and running matters keep theirs."""

import inspect
import json
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from tests.town import CAST, HEXIYUAN_01, NOW, ROOT, SONGYUAN_01, SONGYUAN_02, ZHANGTAN_01, Town, a_matter, a_report
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions, drafting, kinds, rehearsing
from tongxin.apps.matters.actions import catalog, proposals
from tongxin.apps.matters.models import Matter, Proposal, Rehearsal, RoutingRule, Rulebook, Template
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.drafts import Edit, Part
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused, Stale
from tongxin.rules.permissions import GRANTS, SYSTEM, Permission
from tongxin.rules.proposals import State
from tongxin.rules.rehearsing import Effect
from tongxin.rules.working_time import Limit

pytestmark = pytest.mark.django_db

SHORTER = {"templates": {"C02": {"limit": "2wh"}}}
TO_ENFORCEMENT = {
    "code": "X-1",
    "match": {"templates": ["C02"]},
    "target": {"kind": "desk_enforcement", "level": "T"},
    "why": "试一试",
    "why_en": "Trying",
}


def a_draft(town: Town, content: dict | None = None, **told: object) -> Proposal:
    return proposals.draft(
        **(
            {
                "title": "夏季市容",
                "content": SHORTER if content is None else content,
                "by": town.system_admin,
                "now": NOW,
            }
            | told
        )
    )


def rehearsed(town: Town, content: dict | None = None, **told: object) -> Proposal:
    """Return a proposal that was checked and rehearsed."""
    proposal = a_draft(town, content, **told)
    proposals.check(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    while rehearsing.advance(NOW):
        pass
    return Proposal.objects.get(pk=proposal.pk)


def published(town: Town, content: dict | None = None) -> Proposal:
    return proposals.publish(proposal_id=rehearsed(town, content).pk, by=town.second_admin, now=NOW)


def entries(subject: str) -> list[str]:
    return list(Entry.objects.filter(subject=subject).order_by("seq").values_list("kind", flat=True))


# --- in force ------------------------------------------------------------------------------------------------


def test_nothing_of_a_draft_is_in_force(town):
    rehearsed(town, {**SHORTER, "routing": [TO_ENFORCEMENT], "book": {"households": 7}})

    assert kinds.kind("C02").limit == Limit.parse("4wh")
    assert RoutingRule.objects.count() > 200
    assert kinds.current_book().households == 5


def test_what_is_published_holds_for_new_matters_and_running_ones_keep_theirs(town):
    before = a_matter(town)

    published(town, {**SHORTER, "book": {"limits": {"accept": {"N": "45wm"}}, "households": 7}})
    after = a_matter(town)

    before.refresh_from_db()
    assert (before.template_version, before.rulebook) == (1, 1)
    assert (after.template_version, after.rulebook) == (2, 2)
    assert kinds.kind_of("C02", before.template_version).limit == Limit.parse("4wh")
    assert kinds.kind_of("C02", after.template_version).limit == Limit.parse("2wh")
    assert kinds.book(before.rulebook).limit(Clock.ACCEPT, Urgency.NORMAL) == Limit.parse("30wm")
    assert kinds.book(after.rulebook).households == 7
    assert after.deadlines.get(clock="accept").limit == "45wm"


def test_a_published_table_routes_the_next_matter(town):
    standing = drafting.standing().routing

    published(town, {"routing": [TO_ENFORCEMENT, *standing]})

    assert a_matter(town).suggested_id == town.unit["enforcement"]
    assert list(RoutingRule.objects.values_list("code", flat=True)) == ["X-1", *(row["code"] for row in standing)]


def test_english_reasons_outlive_a_change_of_a_rule(town):
    rule = RoutingRule.objects.get(code="C02-1")
    row = {"code": "C02-1", "match": rule.match, "target": rule.target, "why": "改了", "why_en": rule.why_en}

    proposal = proposals.amend(edit=Edit(rules={"C02-1": (row, None)}), by=town.system_admin, now=NOW, title="改理由")
    proposals.check(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    rehearsing.advance(NOW)
    proposals.publish(proposal_id=proposal.pk, by=town.second_admin, now=NOW)

    written = RoutingRule.objects.get(code="C02-1")
    assert (written.why, written.why_en) == ("改了", rule.why_en)
    assert rule.why_en


def test_a_renamed_template_is_found_by_its_new_sound(town):
    published(town, {"templates": {"C02": {"name": "垃圾堆积"}}})

    assert "ljdj" in Template.objects.get(code="C02", is_current=True).pinyin


def test_a_new_template_can_be_reported(town):
    whole = {name: getattr(Template.objects.get(code="C02"), name) for name in catalog.COLUMNS}

    published(town, {"templates": {"C99": {**whole, "name": "共享单车乱停"}}})

    assert actions.report(a_report(template="C99"), by=town.grid_worker, now=NOW).is_new


def test_the_journal_tells_what_was_published_by_whom(town):
    proposal = published(town, {**SHORTER, "book": {"households": 7}})

    told = Entry.objects.filter(subject="catalog").order_by("-seq").first()
    assert told.kind == "rules.publish"
    assert told.actor == town.second_admin.ref
    assert told.data["templates"] == ["C02"]
    assert told.data["book"] == 2
    assert told.data["drafters"] == [f"person:{town.system_admin.person_id}"]
    assert told.data["proposal"] == proposal.pk
    assert entries(f"proposal:{proposal.pk}") == ["rules.draft", "rules.check", "rules.rehearse", "rules.publish"]


def test_the_story_of_a_rule_tells_who_changed_what_and_why(town):
    first = published(town)
    second = published(town, {"templates": {"C02": {"limit": "3wh", "after_photos": 2}, "C06": {"limit": "2wd"}}})

    story = drafting.history(Part.TEMPLATES, "C02")

    assert [past.proposal.pk for past in story] == [second.pk, first.pk]
    assert [(one.field, one.old, one.new) for one in story[0].differences] == [
        ("limit", "2wh", "3wh"),
        ("after_photos", 1, 2),
    ]
    assert drafting.history(Part.BOOK) == []


# --- who, and in which order ---------------------------------------------------------------------------------

TOLD = {
    "draft": {"title": "试"},
    "change": {"proposal_id": 1, "content": {}},
    "rename": {"proposal_id": 1, "title": "试"},
    "amend": {"edit": Edit(), "title": "试"},
    "start_due": {},
}


@pytest.mark.parametrize("name", [*TOLD, "rebase", "withdraw", "check", "rehearse", "stop", "publish", "recall"])
def test_every_act_on_a_proposal_is_for_who_may_edit_rules(town, name):
    act = getattr(proposals, name)
    told = TOLD.get(name, {"proposal_id": 1})
    assert "by" in inspect.signature(act).parameters

    for who, (role, *_) in CAST.items():
        if role not in GRANTS[Permission.EDIT_RULES]:
            with pytest.raises(NotAllowed):
                act(**told, by=getattr(town, who), now=NOW)


def test_who_may_not_edit_rules_reads_no_proposal(town):
    proposal = a_draft(town)

    for who, (role, *_) in CAST.items():
        actor, may = getattr(town, who), role in GRANTS[Permission.EDIT_RULES]
        assert drafting.visible_to(actor).exists() is may
        if may:
            assert drafting.one(actor, proposal.pk) == proposal
        else:
            with pytest.raises(Missing):
                drafting.one(actor, proposal.pk)


def test_whoever_drafted_any_of_it_cannot_publish_it(town):
    proposal = a_draft(town)
    proposals.amend(edit=Edit(settings={"households": 7}), proposal_id=proposal.pk, by=town.second_admin, now=NOW)
    proposals.check(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    rehearsing.advance(NOW)

    for admin in (town.system_admin, town.second_admin):
        with pytest.raises(NotAllowed, match=r"proposal\.own_draft"):
            proposals.publish(proposal_id=proposal.pk, by=admin, now=NOW)

    assert kinds.current_book().number == 1


@pytest.mark.parametrize("done", ["drafted", "checked", "asked for a dry run"])
def test_nothing_is_published_before_its_dry_run_has_ended(town, done):
    proposal = a_draft(town)
    if done != "drafted":
        proposals.check(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    if done == "asked for a dry run":
        proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW)

    with pytest.raises(Refused, match=r"proposal\.wrong_state"):
        proposals.publish(proposal_id=proposal.pk, by=town.second_admin, now=NOW)


def test_a_change_after_the_dry_run_needs_another(town):
    proposal = rehearsed(town)

    proposals.change(proposal_id=proposal.pk, content={"book": {"households": 7}}, by=town.system_admin, now=NOW)

    with pytest.raises(Refused, match=r"proposal\.wrong_state"):
        proposals.publish(proposal_id=proposal.pk, by=town.second_admin, now=NOW)
    assert Proposal.objects.get(pk=proposal.pk).findings is None


def test_what_the_check_forbids_goes_no_further(town):
    twice = [TO_ENFORCEMENT, TO_ENFORCEMENT, *drafting.standing().routing]
    proposal = a_draft(town, {"routing": twice, "templates": {"C02": {"form": {"type": 7}}}})

    proposal = proposals.check(proposal_id=proposal.pk, by=town.system_admin, now=NOW)

    fatal = {finding.code for finding in drafting.findings_of(proposal) if finding.is_fatal}
    assert fatal == {"finding.form_schema", "finding.duplicate_rule"}
    with pytest.raises(Refused, match=r"proposal\.fatal"):
        proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW)


def test_a_form_that_asks_for_an_identity_is_not_published(town):
    form = {"type": "object", "properties": {"id": {"type": "string", "title": "身份证号"}}}

    proposal = proposals.check(
        proposal_id=a_draft(town, {"templates": {"C02": {"form": form}}}).pk, by=town.system_admin, now=NOW
    )

    assert [each["code"] for each in proposal.findings if each["is_fatal"]] == ["finding.form_personal"]


# --- drafting ------------------------------------------------------------------------------------------------


def test_edits_of_several_pages_gather_in_ones_own_open_draft(town):
    by = {"by": town.system_admin, "now": NOW, "title": "夏季"}

    first = proposals.amend(edit=Edit(templates={"C02": {"limit": "2wh"}}), **by)
    second = proposals.amend(edit=Edit(settings={"households": 7}), **by)
    other = proposals.amend(edit=Edit(settings={"households": 9}), by=town.second_admin, now=NOW, title="另一份")

    assert first.pk == second.pk != other.pk
    assert Proposal.objects.get(pk=first.pk).content["templates"] == {"C02": {"limit": "2wh"}}
    assert Proposal.objects.get(pk=first.pk).content["book"] == {"households": 7}


def test_another_title_changes_nothing_else(town):
    proposal = rehearsed(town)

    renamed = proposals.rename(proposal_id=proposal.pk, title="秋季市容", by=town.second_admin, now=NOW)

    assert (renamed.title, renamed.state, renamed.content) == ("秋季市容", State.REHEARSED, proposal.content)
    assert proposals.publish(proposal_id=proposal.pk, by=town.second_admin, now=NOW).state == State.PUBLISHED


def test_two_who_write_at_once_are_told(town):
    proposal = a_draft(town)
    proposals.change(proposal_id=proposal.pk, content={}, by=town.second_admin, now=NOW)

    with pytest.raises(Stale, match=r"proposal\.moved"):
        proposals.change(proposal_id=proposal.pk, content={}, by=town.system_admin, now=NOW, rev=proposal.rev)


@pytest.mark.parametrize("title", ["", "  ", "字" * 81, "a\x00b"])
def test_a_proposal_says_what_it_is_about(town, title):
    with pytest.raises(Invalid, match=r"proposal\.no_title"):
        a_draft(town, title=title)


def test_a_draft_of_old_rules_is_brought_up_to_date_before_it_goes_on(town):
    mine = a_draft(
        town, {"templates": {"C02": {"limit": "2wh"}}, "routing": [TO_ENFORCEMENT, *drafting.standing().routing]}
    )
    theirs = [*drafting.standing().routing, {**TO_ENFORCEMENT, "code": "Y-1"}]
    published(town, {"templates": {"C02": {"limit": "3wh"}, "C06": {"limit": "2wd"}}, "routing": theirs})

    with pytest.raises(Stale) as refusal:
        proposals.check(proposal_id=mine.pk, by=town.system_admin, now=NOW)
    rebased, clashes = proposals.rebase(proposal_id=mine.pk, by=town.system_admin, now=NOW)

    assert refusal.value.facts["changed"] == ["C02", "C06", "Y-1"]
    assert [(one.key, one.field, one.old, one.new) for one in clashes] == [("C02", "limit", "3wh", "2wh")]
    codes = [row["code"] for row in rebased.content["routing"]]
    assert (codes[0], codes[-1]) == ("X-1", "Y-1")
    assert proposals.check(proposal_id=mine.pk, by=town.system_admin, now=NOW).state == State.CHECKED


def test_a_withdrawn_proposal_stays_to_be_read_and_its_dry_run_ends(town):
    proposal = a_draft(town)
    proposals.check(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW)

    proposals.withdraw(proposal_id=proposal.pk, by=town.second_admin, now=NOW)

    assert drafting.one(town.system_admin, proposal.pk).state == State.WITHDRAWN
    assert not rehearsing.advance(NOW)
    assert entries(f"proposal:{proposal.pk}")[-1] == "rules.withdraw"


# --- the dry run ---------------------------------------------------------------------------------------------


def reports(town: Town, **told: object) -> list[Matter]:
    """Report in three grids of two counties, thrice each, and return the matters."""
    batch = [a_report(point=point, **told) for point in (SONGYUAN_01, SONGYUAN_02, HEXIYUAN_01, ZHANGTAN_01) * 3]
    found = actions.report_many(batch, by=town.grid_worker, now=NOW)
    return list(Matter.objects.filter(pk__in=[each.id for each in found]).order_by("pk"))


def test_a_dry_run_tells_what_then_happens(town):
    before = reports(town)
    only_here = {**TO_ENFORCEMENT, "match": {"templates": ["C02"], "areas": ["330802001002"]}}
    changed = {"templates": {"C02": {"limit": "9wd"}}, "routing": [only_here, *drafting.standing().routing]}

    proposal = rehearsed(town, changed)
    proposals.publish(proposal_id=proposal.pk, by=town.second_admin, now=NOW)
    after = reports(town)

    result = Rehearsal.objects.get(proposal=proposal).result
    moved = [(one.suggested_id, other.suggested_id) for one, other in zip(before, after, strict=True)]
    assert result["asked"] == len(before)
    assert result["effects"][Effect.UNIT] == sum(one != other for one, other in moved) == 3
    assert result["units"] == {str(town.unit["enforcement"]): [3, 0], str(town.unit["sanitation"]): [0, 3]}
    assert all(
        one.deadlines.get(clock="whole").due_at < other.deadlines.get(clock="whole").due_at
        for one, other in zip(before, after, strict=True)
    )
    assert result["due"] == {"later": len(before)}


def test_a_dry_run_writes_to_no_matter(town):
    matters = reports(town)
    entries_before = Entry.objects.exclude(subject__startswith="proposal:").count()

    rehearsed(town, {"routing": [TO_ENFORCEMENT, *drafting.standing().routing]})

    assert [Matter.objects.get(pk=each.pk).rev for each in matters] == [each.rev for each in matters]
    assert Entry.objects.exclude(subject__startswith="proposal:").count() == entries_before


def test_a_dry_run_that_is_broken_off_goes_on_where_it_was_and_counts_each_matter_once(town, monkeypatch):
    reports(town)
    monkeypatch.setattr(rehearsing, "CHUNK", 5)
    proposal = a_draft(town, {"routing": [TO_ENFORCEMENT, *drafting.standing().routing]})
    proposals.check(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    rehearsing.advance(NOW)
    assert (Rehearsal.objects.get().done, Rehearsal.objects.get().ended_at) == (5, None)

    monkeypatch.setattr(rehearsing, "_kept", None)  # another process takes over
    while rehearsing.advance(NOW):
        pass

    run = Rehearsal.objects.get()
    assert (run.done, run.wanted, run.result["asked"]) == (12, 12, 12)
    assert run.result["effects"][Effect.UNIT] == 9
    assert Proposal.objects.get().state == State.REHEARSED


def test_a_dry_run_looks_at_the_last_matters_only(town):
    reports(town)
    proposal = a_draft(town)
    proposals.check(proposal_id=proposal.pk, by=town.system_admin, now=NOW)

    proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW, wanted=7)
    while rehearsing.advance(NOW):
        pass

    newest = set(Matter.objects.order_by("-pk").values_list("pk", flat=True)[:7])
    run = Rehearsal.objects.get()
    assert run.result["asked"] == 7
    assert set(run.result["examples"][Effect.LIMIT]) == newest


def test_a_city_without_matters_can_change_its_rules_too(town):
    assert rehearsed(town).state == State.REHEARSED


def test_a_dry_run_can_be_stopped_and_asked_for_again(town):
    reports(town)
    proposal = a_draft(town)
    proposals.check(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW)

    proposals.stop(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    assert not rehearsing.advance(NOW)
    assert Proposal.objects.get().state == State.CHECKED
    proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    rehearsing.advance(NOW)

    assert Proposal.objects.get().state == State.REHEARSED


def test_a_change_during_the_dry_run_ends_it(town):
    proposal = a_draft(town)
    proposals.check(proposal_id=proposal.pk, by=town.system_admin, now=NOW)
    proposals.rehearse(proposal_id=proposal.pk, by=town.system_admin, now=NOW)

    proposals.change(proposal_id=proposal.pk, content={"book": {"households": 7}}, by=town.system_admin, now=NOW)

    assert not rehearsing.advance(NOW)
    assert Proposal.objects.get().state == State.DRAFT


@pytest.mark.parametrize("wanted", [0, -1, proposals.MOST_WANTED + 1])
def test_a_dry_run_has_bounds(town, wanted):
    with pytest.raises(Invalid, match=r"proposal\.wanted"):
        proposals.rehearse(proposal_id=a_draft(town).pk, by=town.system_admin, now=NOW, wanted=wanted)


# --- at a date -----------------------------------------------------------------------------------------------

TOMORROW = NOW + timedelta(days=1)


def test_rules_take_effect_at_their_moment_and_once(town):
    proposal = proposals.publish(proposal_id=rehearsed(town).pk, by=town.second_admin, now=NOW, publish_at=TOMORROW)
    assert proposals.start_due(by=SYSTEM, now=TOMORROW - timedelta(seconds=1)) is None
    assert kinds.kind("C02").version == 1

    assert proposals.start_due(by=SYSTEM, now=TOMORROW).pk == proposal.pk
    assert proposals.start_due(by=SYSTEM, now=TOMORROW) is None

    assert kinds.kind("C02").version == 2
    told = Entry.objects.filter(subject="catalog").order_by("-seq").first()
    assert (told.actor, told.data["approved"]) == ("system", f"person:{town.second_admin.person_id}")


def test_a_schedule_can_be_taken_back(town):
    proposal = proposals.publish(proposal_id=rehearsed(town).pk, by=town.second_admin, now=NOW, publish_at=TOMORROW)

    proposals.recall(proposal_id=proposal.pk, by=town.system_admin, now=NOW)

    assert proposals.start_due(by=SYSTEM, now=TOMORROW) is None
    assert Proposal.objects.get().state == State.REHEARSED


def test_what_was_scheduled_on_rules_that_changed_does_not_take_effect(town):
    proposal = proposals.publish(proposal_id=rehearsed(town).pk, by=town.second_admin, now=NOW, publish_at=TOMORROW)
    published(town, {"templates": {"C06": {"limit": "2wd"}}})

    proposals.start_due(by=SYSTEM, now=TOMORROW)

    assert Proposal.objects.get(pk=proposal.pk).state == State.DRAFT
    assert kinds.kind("C02").version == 1
    assert entries(f"proposal:{proposal.pk}")[-1] == "rules.lapse"


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_puts_rules_in_force(town):
    proposals.publish(proposal_id=rehearsed(town).pk, by=town.second_admin, now=NOW, publish_at=TOMORROW)
    started: list[object] = []
    both = threading.Barrier(2)

    def work() -> None:
        both.wait()
        try:
            started.append(proposals.start_due(by=SYSTEM, now=TOMORROW))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(each is not None for each in started) == 1
    assert Template.objects.filter(code="C02").count() == 2
    assert Entry.objects.filter(subject="catalog", kind="rules.publish").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_published_at_once_the_second_is_stale(town):
    first, second = rehearsed(town), rehearsed(town, {"templates": {"C02": {"limit": "3wh"}}})
    told: list[object] = []
    both = threading.Barrier(2)

    def publish(proposal: Proposal) -> None:
        both.wait()
        try:
            told.append(proposals.publish(proposal_id=proposal.pk, by=town.second_admin, now=NOW).pk)
        except Stale as stale:
            told.append(stale.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=(each,)) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(type, told), key=str) == [int, str]
    assert "proposal.behind" in told
    assert Template.objects.filter(code="C02").count() == 2


# --- the catalog ---------------------------------------------------------------------------------------------


def test_a_city_that_has_rules_is_not_loaded_over(town):
    with pytest.raises(Invalid, match=r"catalog\.stands"):
        catalog.load_catalog(ROOT / "catalog", by=SYSTEM, now=NOW)


def test_loading_another_catalog_writes_a_proposal(town, tmp_path, capsys):
    for name in ("templates.json", "routing.json"):
        told = json.loads((ROOT / "catalog" / name).read_text(encoding="utf-8"))
        if name == "templates.json":
            next(each for each in told["templates"] if each["code"] == "C02")["limit"] = "2wh"
        (tmp_path / name).write_text(json.dumps(told), encoding="utf-8")

    call_command("load_catalog", str(tmp_path))

    proposal = Proposal.objects.get()
    assert f"第 {proposal.pk} 号草案" in capsys.readouterr().out
    assert (proposal.content["templates"], proposal.content["routing"]) == ({"C02": {"limit": "2wh"}}, None)
    assert kinds.kind("C02").version == 1


def test_loading_the_same_catalog_changes_nothing(town, capsys):
    call_command("load_catalog")

    assert "没有改动" in capsys.readouterr().out
    assert not Proposal.objects.exists()


def test_the_first_edition_stands_without_a_row(town):
    assert not Rulebook.objects.exists()
    assert kinds.current_book() == kinds.book(1)
