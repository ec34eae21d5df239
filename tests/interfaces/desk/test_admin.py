"""Administration: each page behind its own permission, each act through its action, no secret shown twice."""

import json
import re
from datetime import date, datetime, timedelta

import pytest
from django.http import QueryDict
from django.test import Client

from tests.interfaces.desk.visitors import visitor
from tests.town import CAST, ROOT, a_matter
from tongxin.apps.areas.models import Area
from tongxin.apps.journal.models import TRIES, Delivery, Entry
from tongxin.apps.matters import actions, kinds
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.models import Account, ApiKey, CalendarOverride, Person, Post, Unit
from tongxin.apps.people.queries import actor_of_key, offices
from tongxin.interfaces.desk.admin import audit_kinds
from tongxin.interfaces.desk.admin.calendar import tried as tried_limit
from tongxin.interfaces.desk.admin.routing import tried as tried_case
from tongxin.rules.permissions import GRANTS, Permission, Role
from tongxin.rules.routing import Case
from tongxin.rules.tracing import trace

pytestmark = pytest.mark.django_db

PAGES = {
    "/admin/rules/": Permission.EDIT_RULES,
    "/admin/limits/": Permission.EDIT_RULES,
    "/admin/templates/": Permission.EDIT_RULES,
    "/admin/templates/C02/": Permission.EDIT_RULES,
    "/admin/routing/": Permission.EDIT_RULES,
    "/admin/routing/new/": Permission.EDIT_RULES,
    "/admin/suggestions/": Permission.EDIT_RULES,
    "/admin/calendar/": Permission.EDIT_CALENDAR,
    "/admin/units/": Permission.EDIT_UNITS,
    "/admin/posts/": Permission.EDIT_POSTS,
    "/admin/posts/register/": Permission.EDIT_POSTS,
    "/admin/areas/": Permission.EDIT_AREAS,
    "/admin/keys/": Permission.ISSUE_KEYS,
    "/admin/outbox/": Permission.RUN_OUTBOX,
    "/admin/audit/": Permission.READ_AUDIT,
    "/admin/audit/unmaskings/": Permission.READ_AUDIT,
    "/admin/unsealings/": Permission.END_UNSEALING,
}
ADMINS = {"system_admin", "security_admin", "audit_admin"}


def text_of(client: Client, path: str, **asked: str) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == 200, path
    return answer.content.decode()


def said(client: Client, path: str, **posted: object) -> str:
    """Post, follow, and return the page that answers."""
    return client.post(path, posted, follow=True).content.decode()


# --- who may ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_each_page_opens_for_its_permission_alone(town, path):
    for name in ADMINS | {"duty_chief", "leader", "grid_worker", "handler"}:
        is_allowed = CAST[name][0] in GRANTS[PAGES[path]]

        answer = visitor(name).get(path)

        assert answer.status_code == (200 if is_allowed else 403), name
        assert is_allowed or "permission.denied" in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/admin/calendar/set",
        "/admin/calendar/clear",
        "/admin/posts/1/end",
        "/admin/areas/330802001001001/retire",
        "/admin/keys/1/revoke",
        "/admin/outbox/retry",
    ],
)
def test_no_act_is_open_to_the_desk(town, path):
    assert visitor("duty_chief").post(path).status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_speaks_both_languages(town, path, language):
    name = next(name for name in ADMINS if CAST[name][0] in GRANTS[PAGES[path]])

    page = text_of(visitor(name, language), path)

    assert f'<html lang="{"en" if language == "en" else "zh-CN"}">' in page
    assert len(re.findall("<h1>", page)) == 1


# --- templates -------------------------------------------------------------------------------------------


def test_templates_are_found_by_name_pinyin_and_code(town):
    admin = visitor("system_admin")

    for words in ("暴露垃圾", "baolulaji", "bllj", "C02"):
        assert "/admin/templates/C02/" in text_of(admin, "/admin/templates/", find=words)


# --- routing ---------------------------------------------------------------------------------------------


def test_a_tried_case_tells_unit_rule_and_place(town):
    page = text_of(visitor("system_admin"), "/admin/routing/", template="C02", area="330802001001001")

    assert "荷花街道环卫所" in page
    assert "在荷花街道找到" in page


def test_a_case_is_tried_by_names_as_well(town):
    by_codes = tried_case(QueryDict("template=C02&area=330802001001"))

    assert tried_case(QueryDict("template=暴露垃圾&area=松园")) == by_codes


def test_a_tried_case_names_the_rules_that_kept_silent(town):
    case = Case("F11", "T", "N", "grid", "330802001001001")

    asked = trace(case, kinds.routing(), offices())

    assert ("R-001", "channels") in asked
    assert all(each.obstacle for each in asked[:-1])
    found = tried_case(QueryDict("template=F11&area=330802001001001&channel=grid"))
    assert next(code for code, *_ in found["silent"]) == "R-001"


@pytest.mark.parametrize("query", ["template=Z99&area=3308", "template=C02&area=99", "template=&area="])
def test_a_case_that_cannot_be_is_refused_in_words(town, query):
    assert tried_case(QueryDict(query))["refusal"]


# --- calendar --------------------------------------------------------------------------------------------


def test_a_day_set_by_hand_is_marked_and_counts(town):
    admin, day = visitor("system_admin"), date(2026, 11, 23)

    page = said(admin, "/admin/calendar/set", day=day.isoformat(), is_working="false", source="府办〔2026〕1 号")

    assert not calendar().is_working(day)
    assert "府办〔2026〕1 号" in page
    assert 'class="off own' in page
    said(admin, "/admin/calendar/clear", day=day.isoformat())
    assert calendar().is_working(day)


def test_a_day_without_a_source_is_not_set(town):
    page = said(visitor("system_admin"), "/admin/calendar/set", day="2026-11-23", is_working="false", source=" ")

    assert "请填写文件依据" in page
    assert not CalendarOverride.objects.exists()


def test_an_unpublished_year_says_that_it_is_an_estimate(town):
    page = text_of(visitor("system_admin"), "/admin/calendar/", year="2027")

    assert "2027 年放假安排未公布，到期日暂估" in page


def test_a_tried_limit_tells_due_amber_and_what_is_not_counted():
    found = tried_limit(QueryDict("start=2026-09-30T15:42&limit=4wh"), calendar())

    assert (found["due_at"], found["resting"][:10]) == ("2026-10-08 10:42", "2026-10-01")
    assert not found["is_natural"]
    assert tried_limit(QueryDict("start=x&limit=4wh"), calendar())["refusal"]


# --- units and posts -------------------------------------------------------------------------------------


def test_units_are_found_by_pinyin_typed_in_one_go(town):
    page = text_of(visitor("system_admin"), "/admin/units/", find="huanweisuo")

    assert "荷花街道环卫所" in page
    assert "樟潭街道综合信息指挥室" not in page


def test_a_unit_is_opened_renamed_and_closed(town):
    admin = visitor("system_admin")
    said(admin, "/admin/units/", code="new", name="荷花街道园林所", kind="parks", area="330802001", phone="")
    unit = Unit.objects.get(code="new")

    said(admin, f"/admin/units/{unit.pk}/", name="荷花街道绿化所", phone="0570-1")

    unit.refresh_from_db()
    assert (unit.name, unit.phone, unit.is_open) == ("荷花街道绿化所", "0570-1", False)


def test_a_taken_code_is_refused_and_the_form_keeps_its_text(town):
    page = said(visitor("system_admin"), "/admin/units/", code="lamps", name="另一个所", kind="parks", area="330802")

    assert "已被使用" in page
    assert 'value="另一个所"' in page


def test_a_registered_person_signs_in_with_the_password_shown_once(town):
    admin = visitor("security_admin")

    answer = admin.post("/admin/posts/register/", {"name": "王某", "phone": "", "username": "wang"})

    password = re.search(r'id="shown-password" value="([^"]+)"', answer.content.decode())[1]
    account = Account.objects.get(username="wang")
    assert account.check_password(password)
    assert "no-store" in answer["Cache-Control"]
    assert password not in text_of(admin, f"/admin/posts/person/{account.person_id}/")
    assert password not in json.dumps(list(Entry.objects.filter(kind="person.register").values_list("data", flat=True)))


def test_a_person_is_appointed_by_user_name_and_the_post_ends(town):
    admin, unit = visitor("security_admin"), town.unit["enforcement"]
    told = {"person": "handler", "role": Role.HANDLER_HEAD, "area": "330802001", "start_on": "2026-01-01"}

    said(admin, f"/admin/posts/unit/{unit}/", **told)

    post = Post.objects.get(unit_id=unit, role=Role.HANDLER_HEAD)
    assert post.person.account.username == "handler"
    said(admin, f"/admin/posts/{post.pk}/end", end_on="2026-02-01", person=post.person_id)
    post.refresh_from_db()
    assert post.end_on == date(2026, 2, 1)


def test_a_person_is_appointed_to_a_unit_by_its_code(town):
    person = Person.objects.get(account__username="leader")
    told = {"unit": "supervision", "role": Role.SUPERVISOR, "area": "3308"}

    said(visitor("security_admin"), f"/admin/posts/person/{person.pk}/", **told)

    assert Post.objects.filter(person=person, unit_id=town.unit["supervision"]).exists()


def test_an_unknown_unit_is_refused_in_words(town):
    person = Person.objects.get(account__username="leader")

    page = said(visitor("security_admin"), f"/admin/posts/person/{person.pk}/", unit="none", role="leader", area="3308")

    assert "没有这个单位" in page


# --- areas -----------------------------------------------------------------------------------------------


def test_the_tree_is_walked_by_links_from_the_top_to_the_grid(town):
    admin = visitor("system_admin")
    for code in ("33", "3308", "330802", "330802001", "330802001001"):
        below = Area.objects.filter(code__startswith=code, level__gt=len(code)).order_by("level", "code").first()

        assert f"code={below.code}" in text_of(admin, "/admin/areas/", code=code)

    grid = text_of(admin, "/admin/areas/", code="330802001001001")
    assert "<svg viewBox" in grid
    assert "330802001001001/retire" in grid


def test_an_area_ends_only_when_it_is_meant(town):
    admin, path = visitor("system_admin"), "/admin/areas/330802001001001/retire"

    said(admin, path, on="2027-01-01")
    assert Area.objects.get(pk="330802001001001").valid_to is None

    said(admin, path, on="2027-01-01", sure="true")
    assert Area.objects.get(pk="330802001001001").valid_to == date(2027, 1, 1)


# --- keys, outbox, audit ---------------------------------------------------------------------------------


def test_a_keys_text_is_shown_once_and_opens_what_it_was_narrowed_to(town):
    admin, now = visitor("security_admin"), datetime.now().astimezone()

    page = said(admin, "/admin/keys/", name="热线系统", username="dispatcher", days="30", acts=["report"])

    text = re.search(r'id="key-text" value="([^"]+)"', page)[1]
    actor = actor_of_key(text, now)
    assert (actor.person_id, actor.acts) == (town.dispatcher.person_id, frozenset({"report"}))
    again = text_of(admin, "/admin/keys/")
    assert "热线系统" in again
    assert text not in again


def test_a_revoked_key_opens_nothing(town):
    admin = visitor("security_admin")
    page = said(admin, "/admin/keys/", name="x", username="dispatcher", days="30")
    text = re.search(r'id="key-text" value="([^"]+)"', page)[1]

    said(admin, f"/admin/keys/{ApiKey.objects.latest('id').pk}/revoke")

    assert actor_of_key(text, datetime.now().astimezone()) is None


@pytest.mark.parametrize(("days", "username"), [("0", "dispatcher"), ("2000", "dispatcher"), ("30", "nobody")])
def test_a_key_for_nobody_or_for_ever_is_refused(town, days, username):
    said(visitor("security_admin"), "/admin/keys/", name="x", username=username, days=days)

    assert not ApiKey.objects.exists()


def test_a_stuck_delivery_is_told_and_tried_again(town, now):
    a_matter(town)
    entry = Entry.objects.latest("id")
    stuck = Delivery.objects.create(
        entry_id=entry.pk, reaction="nobody.knows", next_try_at=now + timedelta(days=1), tries=TRIES, error="ValueError"
    )
    admin = visitor("system_admin")

    assert "nobody.knows" in text_of(admin, "/admin/outbox/")
    said(admin, "/admin/outbox/retry", delivery=[stuck.pk])

    stuck.refresh_from_db()
    assert stuck.tries == 0


def test_the_audit_finds_by_subject_kind_actor_and_day(town):
    matter = a_matter(town, "HANDLING")
    audit, subject = visitor("audit_admin"), f"matter:{matter.pk}"
    actor = Entry.objects.get(subject=subject, seq=1).actor

    assert f">{subject}</a> <span" in text_of(audit, "/admin/audit/", subject=subject)
    assert "matter.dispatch" in text_of(audit, "/admin/audit/", kind="matter.dispatch")
    assert subject in text_of(audit, "/admin/audit/", actor=actor)
    assert subject not in text_of(audit, "/admin/audit/", day="2001-01-01")


def test_an_unbroken_chain_is_said_to_be_whole(town):
    matter = a_matter(town, "HANDLING")

    page = text_of(visitor("audit_admin"), "/admin/audit/", subject=f"matter:{matter.pk}", verify="1")

    assert "的记录链完整" in page


def test_an_unmasking_stands_in_the_audit_with_its_reason(town, now):
    matter = a_matter(town, contact_name="王某某", contact_phone="13800001111")
    actions.unmask(matter_id=matter.pk, reason="到场前联系", by=town.dispatcher, now=now)

    page = text_of(visitor("audit_admin"), "/admin/audit/unmaskings/")

    assert matter.number in page
    assert "到场前联系" in page
    assert "荷花街道综合信息指挥室 · 派遣员" in page
    assert "13800001111" not in page


def test_whatever_is_recorded_has_its_words_in_the_audit():
    written = (path.read_text("utf-8") for path in (ROOT / "src/tongxin/apps").rglob("*.py"))
    kinds = {kind for text in written for kind in re.findall(r'\brecord\(\s*"([a-z_]+\.[a-z_]+)"', text)}

    nameless = {kind for kind in kinds if not audit_kinds.said(Entry(kind=kind, data={}))}

    assert len(kinds) > 100
    assert nameless <= {"merge.follow"}
