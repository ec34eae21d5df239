"""What offices do at the desk, by programs: calls, knowledge, notices, the reverse check, what is public, duties."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.apps.alarms.conftest import police  # noqa: F401
from tests.interfaces.api.conftest import a_body
from tests.town import NOW, SONGYUAN_01, a_matter, a_report
from tongxin.apps.hotline.actions.letters import Arrived, take_letter
from tongxin.apps.hotline.letters import Said as Letter
from tongxin.apps.insight import actions as insight
from tongxin.apps.journal import worker
from tongxin.apps.journal.models import Delivery
from tongxin.apps.matters.actions import report
from tongxin.apps.matters.models import Matter, Unmasking
from tongxin.apps.notify.models import Sending, Wording
from tongxin.apps.people.models import Account, Post
from tongxin.apps.people.queries import actor_of
from tongxin.rules.channels import Channel
from tongxin.rules.permissions import RESIDENT, SYSTEM, Role, reporting
from tongxin.rules.reverse_check import Settings

pytestmark = pytest.mark.django_db
LON, LAT = SONGYUAN_01
TOLD = {"text": "菜场门口路灯不亮", "template": "D02", "lon": LON, "lat": LAT}


def ok(answer, status=200):
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def refused(answer):
    return answer.status_code, answer.json()["code"]


# --- several at once, contacts, orders -------------------------------------------------------------------


def test_one_act_is_taken_on_several_matters_and_a_refused_one_stops_no_other(caller, town):
    numbers = [a_matter(town).number for _ in range(2)]
    over = a_matter(town, "CLOSED").number
    asked = {"matters": [*numbers, over, "KC261120-9999"]}

    taken = caller("acceptor").post("/acts/accept", asked)
    foreign = ok(caller("neighbouring_chief").post("/acts/file", {"matters": numbers}), 207)["items"]

    assert taken.status_code == 207
    assert [each["status"] for each in taken.json()["items"]] == [200, 200, 409, 404]
    assert {each["problem"]["code"] for each in foreign} == {"matter.missing"}
    assert [each["state"] for each in ok(caller("duty_chief").post("/acts/file", {"matters": numbers}))["items"]] == [
        "awaiting_dispatch", "awaiting_dispatch",
    ]  # fmt: skip
    told = ok(caller("dispatcher").post("/acts/dispatch", {"matters": numbers, "as_suggested": True}))
    assert {each["state"] for each in told["items"]} == {"awaiting_signature"}
    assert caller("dispatcher").post("/acts/dispatch", {"matters": []}).status_code == 422


def test_a_contact_is_opened_for_a_reason_that_is_written_down(caller):
    told = a_body(contact={"name": "王女士", "phone": "13812346027"})
    number = caller("grid_worker").post("/matters", told).json()["number"]
    acceptor = caller("acceptor")

    assert refused(acceptor.post(f"/matters/{number}/unmaskings", {"reason": " "})) == (422, "unmask.no_reason")
    opened = acceptor.post(f"/matters/{number}/unmaskings", {"reason": "到场前联系"})

    assert opened.json() == {"name": "王女士", "phone": "13812346027"} and opened["Cache-Control"] == "no-store"
    assert Unmasking.objects.get().reason == "到场前联系"
    assert caller("neighbouring_chief").post(f"/matters/{number}/unmaskings", {"reason": "看看"}).status_code == 404
    assert caller("leader").post(f"/matters/{number}/unmaskings", {"reason": "看看"}).status_code == 403


def test_an_order_is_taken_back_by_who_issued_it(caller, town):
    number = a_matter(town, "HANDLING").number
    told = {"grade": "key", "text": "请书面答复。", "matters": [number]}
    order = ok(caller("supervisor").post("/orders", told), 201)["number"]

    assert caller("duty_chief").post(f"/orders/{order}/cancel", {"reason": "不用了"}).status_code in (403, 404)
    assert caller("neighbouring_chief").post(f"/orders/{order}/cancel", {"reason": "不用了"}).status_code == 404
    assert ok(caller("supervisor").post(f"/orders/{order}/cancel", {"reason": "县里统一安排"}))["open"] == 0


# --- calls and knowledge ---------------------------------------------------------------------------------


def test_a_call_is_dispatched_answered_joined_or_handed_over(caller):
    operator = caller("operator")

    first = ok(operator.post("/calls", TOLD | {"outcome": "dispatched", "key": "c-1"}), 201)
    again = ok(operator.post("/calls", TOLD | {"outcome": "dispatched", "key": "c-1"}))
    joined = ok(operator.post("/calls", TOLD | {"outcome": "joined", "master": first["number"]}), 201)
    advice = {"text": "社保卡丢了怎么补", "template": "F14", "area": "330802001", "outcome": "answered"}
    answered = ok(operator.post("/calls", advice | {"reply": "带身份证到任一网点，或在手机上补。"}), 201)
    handed = ok(operator.post("/calls", {"text": "有人打架", "outcome": "handed_over", "service": "110"}), 201)

    assert first["state"] == "awaiting_filing" and again["number"] == first["number"] and not again["is_new"]
    assert (joined["state"], answered["state"], handed["state"]) == ("merged", "closed", "refused")
    assert refused(operator.post("/calls", {"text": "x", "outcome": "handed_over"})) == (422, "body.missing")
    assert refused(caller("acceptor").post("/calls", TOLD | {"outcome": "dispatched"}))[0] == 403
    figures = ok(caller("hotline_chief").get("/calls/figures"))["teams"]
    assert [(each["unit"]["code"], each["calls"], each["answered"]) for each in figures] == [("hotline", 4, 1)]
    assert ok(caller("neighbouring_chief").get("/calls/figures"))["teams"] == []


def test_an_article_is_written_by_one_and_published_by_another(caller):
    told = {"title": "养老认证怎么办", "body": "手机认证或到社区代办。", "area": "3308", "from_on": "2026-01-01"}
    writer, chief = caller("operator"), caller("hotline_chief")

    written = ok(writer.post("/articles", told), 201)
    version = written["versions"][0]["id"]
    waiting = ok(chief.get("/articles", {"is_waiting": True}))["items"]
    ok(chief.post(f"/articles/versions/{version}/acts/review"))
    ok(chief.post(f"/articles/versions/{version}/acts/publish"))
    found = ok(writer.get("/articles", {"q": "养老认证"}))["items"]
    next_ = ok(writer.put(f"/articles/{written['code']}", told | {"body": "带身份证到社区。"}))

    assert [each["code"] for each in waiting] == [written["code"]] == [each["code"] for each in found]
    assert [each["state"] for each in next_["versions"]] == ["draft", "published"]
    assert writer.post(f"/articles/versions/{version}/acts/withdraw").status_code == 403
    assert chief.post(f"/articles/versions/{version}/acts/review").status_code == 409
    assert ok(writer.get(f"/articles/{written['code']}"))["versions"] == next_["versions"]
    cited = {"text": "怎么认证", "template": "F14", "area": "330802001", "outcome": "answered", "reply": "手机认证。"}
    cited |= {"articles": [written["id"]]}
    assert ok(writer.post("/calls", cited), 201)["state"] == "closed"


def test_a_letter_is_registered_answered_or_put_aside_by_the_unit_it_came_to(caller, town, settings):
    settings.EMAIL_HOST = "mail.example"  # nothing is sent before the worker comes by
    operator = caller("operator")
    first, second, third = (_letter(n) for n in range(3))

    waiting = ok(operator.get("/letters"))["items"]
    place = {"template": "D02", "lon": LON, "lat": LAT}
    registered = ok(operator.post(f"/letters/{first}/settle", {"settle": "report", **place}))
    answered = ok(operator.post(f"/letters/{second}/settle", {"settle": "answer", "reply": "已安排维修。"}))
    ok(operator.post(f"/letters/{third}/settle", {"settle": "aside"}))

    assert [each["id"] for each in waiting] == [first, second, third]
    assert waiting[0]["writer"] == "王* · f***@example.org" and "fang@" not in str(waiting)
    matter = ok(operator.get(f"/matters/{registered['number']}"))
    assert (matter["channel"], matter["state"], matter["text"]) == ("mail", "awaiting_filing", "门口路灯不亮")
    assert answered["number"] == "" and ok(operator.get("/letters"))["items"] == []
    assert operator.post(f"/letters/{first}/settle", {"settle": "aside"}).status_code == 404
    for stranger in ("duty_chief", "neighbouring_chief"):
        assert caller(stranger).get("/letters").status_code == 403
        assert caller(stranger).get(f"/letters/{first}").status_code == 403


def _letter(n):
    said = Letter("fang@example.org", "王芳", "路灯", "门口路灯不亮", f"<{n}@example.org>")
    arrived = Arrived(Channel.MAIL, str(n), said)
    return take_letter(arrived, by=reporting("mailbox"), now=NOW)[0].pk


def test_an_incident_is_answered_by_the_units_it_was_pushed_to(caller, town, police):  # noqa: F811
    number = _handed_over(police)
    chief = caller("duty_chief")

    seen = ok(chief.get(f"/alarms/{number}"))
    mine = next(each for each in seen["pushes"] if each["is_mine"])
    path = f"/alarms/{number}/pushes/{mine['id']}"
    ok(chief.post(f"{path}/acknowledge"))
    told = ok(chief.post(f"{path}/feed_back", {"result": "settled"}))

    assert mine["to"] == "desk" and len(seen["pushes"]) == 3
    assert next(each for each in told["pushes"] if each["id"] == mine["id"])["result"] == "settled"
    assert not any(word in str(seen) for word in ("报警人", "6027", "院墙"))
    other = next(each for each in seen["pushes"] if not each["is_mine"])
    assert chief.post(f"/alarms/{number}/pushes/{other['id']}/acknowledge").status_code == 403
    assert caller("neighbouring_chief").get(f"/alarms/{number}").status_code == 404
    assert caller("neighbouring_chief").post(f"{path}/acknowledge").status_code == 404
    assert ok(caller("neighbouring_chief").get("/alarms"))["items"] == []
    assert [each["number"] for each in ok(chief.get("/alarms"))["items"]] == [number]


def _handed_over(police):  # noqa: F811
    police.hand_over(at=timezone.now())
    return Matter.objects.get(channel=Channel.POLICE).number


# --- notices ---------------------------------------------------------------------------------------------


def test_notices_are_ones_own_and_marked_by_oneself(caller, town, worked):
    a_matter(town, "AWAITING_SIGNATURE")
    worked()
    handler = caller("handler")

    mine = ok(handler.get("/notices", {"is_unread": True}))
    ok(handler.post(f"/notices/{mine['items'][0]['id']}/read"))
    chosen = ok(handler.put("/notices/choices", {"media": {"work": ["app", "mail"]}}))

    assert mine["unread"] == len(mine["items"]) > 0 and mine["items"][0]["number"]
    assert ok(handler.get("/notices"))["unread"] == mine["unread"] - 1
    assert chosen == ok(handler.get("/notices/choices")) and chosen["media"]["work"] == ["app", "mail"]
    assert refused(handler.put("/notices/choices", {"media": {"gossip": ["app"]}})) == (422, "choice.unknown")
    assert ok(handler.post("/notices/read", {"up_to": mine["items"][0]["id"]}))["marked"] == mine["unread"] - 1
    assert caller("neighbouring_handler").post(f"/notices/{mine['items'][0]['id']}/read").status_code == 404
    assert ok(caller("neighbouring_handler").get("/notices"))["items"] == []
    for path in ("/sendings", "/robots", "/outbox"):
        assert handler.get(path).status_code == 403
        ok(caller("system_admin").get(path))


def test_notices_are_worded_and_robots_let_in_by_administrators_alone(caller):
    admin, chief = caller("system_admin"), caller("duty_chief")
    word = {"occasion": "to_sign", "medium": "app", "language": "zh-hans", "text": "{number} 请签收"}
    robot = {"unit": "sanitation", "medium": "wecom", "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"}

    worded = ok(admin.put("/wordings", word))
    own = Wording.objects.get().text
    assert ok(admin.get("/wordings"))["items"] == [word] and chief.get("/wordings").status_code == 403
    ok(admin.put("/wordings", word | {"text": ""}))
    let_in = ok(admin.post("/robots", robot), 201)["items"]
    gone = ok(admin.delete(f"/robots/{let_in[0]['id']}"))["items"]

    assert (worded["text"], own, Wording.objects.count()) == (word["text"], word["text"], 0)
    assert [(each["unit"]["code"], each["medium"]) for each in let_in] == [("sanitation", "wecom")] and gone == []
    assert "key=" not in str(let_in)  # its address is shown to nobody again
    assert refused(admin.put("/wordings", word | {"text": "{phone}"})) == (422, "wording.unknown_name")
    assert refused(admin.post("/robots", robot | {"url": "https://hooks.example/x"})) == (422, "robot.host")
    assert refused(admin.post("/robots", robot | {"medium": "sms"})) == (422, "body.value")
    assert refused(admin.delete(f"/robots/{let_in[0]['id']}")) == (404, "robot.missing")
    for answer in (chief.put("/wordings", word), chief.post("/robots", robot), chief.delete("/robots/1")):
        assert answer.status_code == 403


def test_a_message_that_was_given_up_is_tried_again_with_a_fresh_count(caller, town):
    matter = a_matter(town)
    owed = {"entry_id": 1, "occasion": "to_sign", "medium": "mail", "matter_id": matter.pk, "owed_at": NOW}
    failed = Sending.objects.create(**owed, state="failed", tries=9, next_try_at=NOW, person_id=1)
    sent = Sending.objects.create(**owed, state="sent", tries=1, next_try_at=NOW, person_id=2)
    asked = {"sendings": [failed.pk, sent.pk, 10**12]}

    again = ok(caller("system_admin").post("/sendings/retry", asked))

    told = {each["id"]: each for each in ok(caller("system_admin").get("/sendings"))["items"]}
    assert again == {"sendings": 1}
    assert (told[failed.pk]["state"], told[failed.pk]["tries"], told[sent.pk]["state"]) == ("waiting", 0, "sent")
    assert caller("duty_chief").post("/sendings/retry", asked).status_code == 403


@pytest.fixture
def worked():
    """Let the worker work off what is owed."""
    return worker.work_off


# --- the reverse check, what is public -------------------------------------------------------------------


def test_a_comparison_is_explained_by_the_grid_and_judged_by_somebody_else(caller, town):
    insight.set_rule(Settings(explain_days=0, templates=frozenset({"C02"})), by=SYSTEM, now=NOW)
    number = report(a_report(channel=Channel.HOTLINE), by=SYSTEM, now=NOW).number
    insight.compare(NOW - timedelta(days=1), NOW + timedelta(days=1), by=SYSTEM, now=NOW + timedelta(hours=1))
    path = f"/reverse/findings/{number}"

    found = ok(caller("grid_head").get("/reverse/findings"))["items"]
    explained = ok(caller("grid_head").post(f"{path}/acts/explain", {"text": "当晚才倒的"}))
    judged = ok(caller("duty_chief").post(f"{path}/acts/excuse", {"text": "属实", "excuse": "just_happened"}))

    assert [each["number"] for each in found] == [number] and found[0]["standing"] == "open"
    assert (explained["standing"], judged["standing"]) == ("explained", "excused")
    assert caller("duty_chief").post(f"{path}/acts/confirm", {"text": "再看"}).status_code == 409
    assert caller("neighbouring_chief").get(path).status_code == 404
    assert ok(caller("neighbouring_chief").get("/reverse/findings"))["items"] == []
    figures = ok(caller("city_chief").get("/reverse/figures", {"area": "3308", "since": "2026-11-01"}))["items"]
    assert [(each["area"]["code"], each["excused"]) for each in figures] == [("330802", 1)]
    rule = ok(caller("leader").get("/reverse/rule"))
    told = {name: rule[name] for name in ("radius_m", "days", "explain_days", "templates")} | {"days": 10}
    assert ok(caller("system_admin").put("/reverse/rule", told))["days"] == 10
    assert caller("duty_chief").put("/reverse/rule", told).status_code == 403


def test_days_are_compared_for_a_program_and_it_reads_how_far_that_is(caller, town, worked):
    insight.set_rule(Settings(templates=frozenset({"C02"})), by=SYSTEM, now=NOW)
    admin, days = caller("system_admin"), {"since": "2026-06-01", "until": f"{NOW:%Y-%m-%d}"}

    asked = admin.post("/reverse/comparisons", days)
    again = admin.post("/reverse/comparisons", days)
    path = f"/reverse/comparisons/{asked.json()['id']}"
    before = ok(admin.get(path))
    worked()

    assert (asked.status_code, again.status_code, before["ended_at"]) == (201, 409, None)
    assert ok(admin.get(path))["ended_at"] is not None
    assert caller("duty_chief").post("/reverse/comparisons", days).status_code == 403
    assert caller("duty_chief").get(path).status_code == 404


def test_announcements_and_reviewed_words_are_what_everybody_reads(caller, town):
    held = {"unit_id": town.unit["county_center"], "role": Role.DISCLOSER, "area": "330802", "start_on": "2020-01-01"}
    Post.objects.create(person_id=town.county_chief.person_id, **held)
    chief = caller("county_chief")
    now = timezone.localtime()
    told = {"area": "330802001", "title": "荷花中路停水", "text": "明天九时至十七时停水。"}
    told |= {"start_at": now.isoformat(), "end_at": (now + timedelta(days=1)).isoformat()}
    day = timezone.now() - timedelta(days=1)
    number = a_matter(town, "CLOSED", by=RESIDENT, channel=Channel.RESIDENT, now=day).number

    posted = ok(chief.post("/announcements", told), 201)
    standing = ok(caller("neighbouring_chief").get("/announcements", {"area": "330802001"}))["items"]
    withdrawn = ok(chief.post(f"/announcements/{posted['id']}/withdraw"))
    waiting = ok(chief.get("/publications"))["items"]
    shown = ok(chief.put(f"/publications/{number}", {"state": "shown", "text": "菜场门口垃圾已清运。"}))

    assert [each["id"] for each in standing] == [posted["id"]] and withdrawn["withdrawn_at"]
    assert caller("neighbouring_chief").post(f"/announcements/{posted['id']}/withdraw").status_code == 403
    assert [each["number"] for each in waiting] == [number] and shown["state"] == "shown"
    assert caller("neighbouring_chief").put(f"/publications/{number}", {"state": "kept"}).status_code == 404
    assert refused(chief.put(f"/publications/{number}", {"state": "shown", "text": " "})) == (422, "publication.empty")
    assert caller("handler").get("/publications").status_code == 403
    assert ok(caller("handler").get("/brands"))["items"] == []


# --- duties, the calendar, units, figures ----------------------------------------------------------------


def test_somebody_stands_in_hands_over_and_is_put_down_for_a_week(caller, town):
    chief, today = caller("duty_chief"), timezone.localdate()
    mine = ok(chief.get("/posts"))["items"][0]
    monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
    days = {"start_on": today.isoformat(), "end_on": (today + timedelta(days=3)).isoformat()}
    path, unit = f"/posts/{mine['id']}", f"/units/{mine['unit']['id']}/roster"

    candidate = next(each for each in ok(chief.get(f"{path}/candidates"))["items"] if each["role"] == "duty_chief")
    lent = ok(chief.post(f"{path}/stand-ins", {"post": candidate["id"], **days}), 201)
    week = ok(chief.get(unit, {"week": monday.isoformat()}))
    shift = {"post": mine["id"], "day": monday.isoformat(), "part": "day"}
    published = ok(chief.put(unit, {"monday": monday.isoformat(), "shifts": [shift], "mark": week["mark"]}))

    assert lent["stands_in_for"] == mine["id"] and not any("name" in each for each in (mine, lent, candidate))
    assert published["shifts"] == [shift | {"role": "duty_chief"}] and published["mark"] != week["mark"]
    assert chief.put(unit, {"monday": monday.isoformat(), "shifts": [], "mark": week["mark"]}).status_code == 412
    assert [each["id"] for each in ok(chief.get(f"{path}/stand-ins"))["items"]] == [lent["id"]]
    for address in (f"{path}/stand-ins", f"{path}/candidates", unit):
        assert caller("neighbouring_chief").get(address).status_code == 403
    assert ok(chief.post(f"/posts/{lent['id']}/stand-ins/end"))["items"]
    assert caller("handler").post(f"{path}/end", {"end_on": today.isoformat()}).status_code == 403


def test_a_matter_nobody_keeps_is_taken_up_in_its_own_unit(caller, town):
    number = a_matter(town, "HANDLING").number
    head = Post.objects.get(person_id=town.handler.person_id)
    moved = caller("security_admin").post(f"/posts/{head.pk}/hand-over", {"to": None})

    assert moved.status_code == 200 and moved.json()["matters"] == 1, moved.content
    assert ok(caller("handler_head").post(f"/matters/{number}/take-up"))["number"] == number
    assert caller("neighbouring_handler").post(f"/matters/{number}/take-up").status_code == 404
    assert actor_of(Account.objects.get(username="handler").person_id, NOW)


def test_the_calendar_units_areas_and_what_is_stuck_are_run_by_who_runs_them(caller):
    admin, nobody = caller("system_admin"), caller("duty_chief")
    day = {"is_working": True, "source": "浙政办发明电〔2026〕8 号"}
    unit = {"code": "sanitation-2", "name": "荷花环卫二所", "kind": "sanitation", "area": "330802001"}
    stuck = Delivery.objects.create(entry_id=1, reaction="nobody.knows", next_try_at=timezone.now(), tries=20)

    ok(admin.put("/calendar/2026-12-05", day))
    listed = ok(nobody.get("/calendar", {"year": 2026}))["items"]
    opened = ok(admin.post("/units", unit), 201)
    changed = ok(admin.put(f"/units/{opened['id']}", {"name": "荷花环卫三所", "phone": "0570-1", "is_open": False}))

    assert [(each["day"], each["is_working"]) for each in listed] == [("2026-12-05", True)]
    assert ok(admin.delete("/calendar/2026-12-05"))["items"] == []
    assert (changed["name"], changed["is_open"]) == ("荷花环卫三所", False)
    assert ok(admin.get("/outbox"))["items"][0]["id"] == stuck.pk
    assert ok(admin.post("/outbox/retry", {"deliveries": [stuck.pk]}))["deliveries"] == 1
    assert ok(admin.put("/suggestions/switch", {"is_on": False})) == {"is_on": False}
    assert ok(admin.post("/areas/330802001001002/retire", {"on": "2027-01-01"}))
    for method, path, body in (
        ("put", "/calendar/2026-12-05", day),
        ("post", "/units", unit),
        ("put", f"/units/{opened['id']}", {"name": "x", "phone": "", "is_open": True}),
        ("post", "/areas/330802001001001/retire", {"on": "2027-01-01"}),
        ("post", "/outbox/retry", {"deliveries": []}),
        ("put", "/suggestions/switch", {"is_on": True}),
    ):
        assert getattr(nobody, method)(path, body).status_code == 403, path
    assert admin.put("/calendar/never", day).status_code == 404


def test_figures_count_what_the_key_may_see(caller, town):
    a_matter(town, "CLOSED", now=timezone.now() - timedelta(days=1))

    whole, town_ = ok(caller("duty_chief").get("/figures", {"by": "town"}))["items"]

    assert whole["area"] is None and town_["area"]["code"] == "330802001"
    assert whole["counts"] == town_["counts"] and whole["counts"]["closed"] == 1
    assert {each["percent"] for each in whole["rates"] if each["index"] == "closed_of_due"} <= {100.0}
    (nothing,) = ok(caller("neighbouring_chief").get("/figures"))["items"]
    assert not any(nothing["counts"].values())
    assert caller("duty_chief").get("/figures", {"since": "2020-01-01"}).status_code == 422
