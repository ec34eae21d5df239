"""Behind a receipt's link: everybody reads how it is going, its reporter the rest; nobody another matter."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.town import a_matter, a_photo
from tongxin.apps.matters import actions, receipts
from tongxin.apps.matters.models import Contact, Matter, Note
from tongxin.apps.notify.models import Subscription
from tongxin.guard.limits import Limit
from tongxin.interfaces.portal import following
from tongxin.interfaces.portal import following_devices as devices
from tongxin.look.paper import is_ready
from tongxin.rules.lifecycles.matter import Act, CloseKind, Ground
from tongxin.rules.permissions import RESIDENT, holding_receipt

pytestmark = pytest.mark.django_db
WORDS, PHONE = "菜场边上王阿姨家门口垃圾堆了三天。", "13800006027"
ANSWER = "已清运并冲洗，王阿姨电话13800006027已回。"
ACTS = (
    "add",
    "urge",
    "withdraw",
    "rate",
    "appeal",
    "telling",
    "readers",
    "data",
    "contact",
    "link",
    "erase",
    "data.json",
)


@pytest.fixture
def mine(town):
    """Return a resident's matter as it stands, told today: `matter, link = mine("HANDLING")`."""

    def reported(state="HANDLING", **told):
        begun = timezone.now() - timedelta(minutes=30)
        told = {"text": WORDS, "contact_phone": PHONE} | told
        walked = "AWAITING_CLOSING" if state == "CLOSED" else state
        matter = a_matter(town, walked, now=begun, by=RESIDENT, **told)
        if state == "CLOSED":
            close = {"close_as": CloseKind.SPECIAL, "reason": "内部备注：先结。", "reply": ANSWER}
            actions.take(Act.CLOSE, matter_id=matter.pk, by=town.duty_chief, now=timezone.now(), **close)
        matter.refresh_from_db()
        return matter, f"/p/t/{matter.receipt}/"

    return reported


def reporters(*matters, language="zh-hans") -> Client:
    """Return the browser that reported these."""
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    for matter in matters:
        client.cookies[f"{devices.PREFIX}{matter.pk}"] = receipts.key_of(matter)
    return client


def text(answer) -> str:
    return answer.content.decode()


def test_a_link_alone_shows_how_it_is_going_and_nothing_of_the_reporter(mine, town):
    matter, link = mine()
    actions.supplement(matter_id=matter.pk, text="还有一袋在桥下。", by=holding_receipt(matter.pk), now=timezone.now())
    actions.take(Act.PROGRESS, matter_id=matter.pk, by=town.handler, now=timezone.now(), reason="等车。")

    answer = Client().get(link)

    page = text(answer)
    for told in (
        matter.number,
        "暴露垃圾",
        "荷花街道环卫所正在办",
        "最晚",
        "派给荷花街道环卫所",
        "网格员到现场看",
        "是您报的吗",
    ):
        assert told in page, told
    for kept in (WORDS[:8], "王阿姨", "桥下", "补充了", PHONE, "6027", "等车", "测试handler"):
        assert kept not in page, kept
    assert answer["Cache-Control"] == "no-store" and answer["X-Robots-Tag"] == "noindex"
    for act in ACTS:
        assert Client().get(link + act).status_code == 302, act  # to the question who it is


def test_the_device_that_reported_sees_and_does_the_rest(mine):
    matter, link = mine()
    phone = reporters(matter)

    assert WORDS in text(phone.get(link))
    sent = phone.post(link + "add", {"text": "桥下还有。", "photos": a_photo(9)})
    assert sent.status_code == 302 and "已补充" in text(phone.get(sent["Location"]))
    assert "桥下还有。" in text(phone.get(link))
    assert phone.post(link + "urge", {"text": "天快黑了"}).status_code == 302
    again = phone.post(link + "urge", {"text": "快"})
    assert again.status_code == 422 and "明天可以再催" in text(again)
    assert "已经派给承办单位" in text(phone.get(link + "withdraw"))
    assert phone.post(link + "withdraw", {"text": "自己清了"}).status_code == 302
    matter.refresh_from_db()
    assert (matter.state, matter.is_unwanted, matter.urged, matter.added) == ("handling", True, 1, 1)


def test_a_fresh_report_is_taken_back_without_a_word(mine):
    matter, link = mine("AWAITING_ACCEPTANCE")
    Matter.objects.filter(pk=matter.pk).update(reported_at=timezone.now())

    asked = text(reporters(matter).get(link + "withdraw"))
    sent = reporters(matter).post(link + "withdraw", {"text": ""})

    assert "撤回</button>" in asked and sent.status_code == 302
    assert Matter.objects.get(pk=matter.pk).close_as == "withdrawn"
    assert "您撤回了" in text(reporters(matter).get(link))


def test_four_digits_open_the_rest_until_the_browser_is_closed_and_guessing_does_not(mine):
    matter, link = mine()
    client = Client()

    wrong = client.post(link + "prove", {"digits": "1111"})
    assert wrong.status_code == 409 and "对不上" in text(wrong) and WORDS not in text(wrong)
    right = client.post(link + "prove", {"digits": "6027", "next": "readers"})
    assert right["Location"] == link + "readers"
    assert not right.cookies[f"{devices.PREFIX}{matter.pk}"]["max-age"]
    assert right.cookies[f"{devices.PREFIX}{matter.pk}"]["httponly"]
    assert WORDS in text(client.get(link))
    for guess in range(5):
        Client().post(link + "prove", {"digits": f"000{guess}"})
    assert "以后才能再试" in text(Client().post(link + "prove", {"digits": "6027"}))
    for _ in range(12):
        last = Client().post("/p/t/", {"number": matter.number, "digits": "0000"})
    assert last.status_code == 429


def test_a_number_and_four_digits_find_a_matter_and_an_unknown_number_looks_like_wrong_digits(mine):
    matter, link = mine()

    found = Client().post("/p/t/", {"number": matter.number.lower(), "digits": "6027"})
    unknown = Client().post("/p/t/", {"number": "KC991231-9999", "digits": "6027"})
    wrong = Client().post("/p/t/", {"number": matter.number, "digits": "0000"})

    assert found["Location"] == link
    assert text(unknown).count("对不上") == text(wrong).count("对不上") == 1
    assert matter.number in text(reporters(matter).get("/p/t/"))
    assert matter.number not in text(Client().get("/p/t/"))


def test_unknown_and_replaced_links_say_the_same_and_a_new_link_forgets_other_devices(mine):
    matter, link = mine()
    phone, stolen = reporters(matter), reporters(matter)

    changed = phone.post(link + "link")

    new = changed["Location"].partition("?")[0]
    assert new != link and WORDS in text(phone.get(new))
    assert WORDS not in text(stolen.get(new))
    told = {text(Client().get(where)).count("这个链接打不开") for where in (link, f"/p/t/{uuid4()}/", "/p/t/KC26/")}
    assert told == {1}
    assert {Client().get(where).status_code for where in (link, f"/p/t/{uuid4()}/", "/p/t/KC26/")} == {404}


def test_a_sealed_matter_is_only_a_number_to_who_has_but_the_link(mine):
    matter, link = mine("AWAITING_ACCEPTANCE", is_secret=True)

    page = text(Client().get(link))

    assert "保密事项" in page and matter.number in page
    assert "暴露垃圾" not in page and "荷花街道" not in page
    assert WORDS in text(reporters(matter).get(link))


def test_the_answer_is_told_and_what_stood_before_it_is_not_nor_a_telephone_in_it(mine):
    matter, link = mine("CLOSED")

    own, others = text(reporters(matter).get(link)), text(Client().get(link))

    assert "已清运并冲洗" in own and PHONE in own
    assert "已清运并冲洗" in others and PHONE not in others
    assert "内部备注" not in own + others
    assert "垃圾已清运，地面已冲洗。" in own  # the handler's form says that the reporter reads it
    photo = link + f"photo/{max(each.pk for each in _after(matter))}"
    sent = Client().get(photo)
    assert photo in others and sent.status_code == 200
    sent.close()


def test_photos_of_a_matter_that_runs_are_shown_to_who_sent_them_only(mine, town):
    matter, link = mine("AWAITING_CHECK")
    assert "下一步：网格员到现场看" in text(reporters(matter).get(link))
    (after,) = _after(matter)
    own = actions.add_photo(a_photo(77), matter_id=matter.pk, by=holding_receipt(matter.pk), now=timezone.now())

    assert reporters(matter).get(f"{link}photo/{after.pk}").status_code == 404
    assert Client().get(f"{link}photo/{own.pk}").status_code == 404
    sent = reporters(matter).get(f"{link}photo/{own.pk}")
    assert sent.status_code == 200 and sent["X-Content-Type-Options"] == "nosniff"
    sent.close()


def _after(matter):
    from tongxin.apps.journal.queries import evidence_of

    return [each for each in evidence_of(f"matter:{matter.pk}") if each.kind == "after"]


def test_who_is_not_taken_up_reads_why_and_where_to_turn(mine, town):
    matter, link = mine("AWAITING_ACCEPTANCE")
    told = {"ground": Ground.NOT_OURS, "reason": "小区内部道路归物业。", "route": "请找物业，电话 12345678"}
    actions.take(Act.REFUSE, matter_id=matter.pk, by=town.acceptor, now=timezone.now(), **told)

    page = text(reporters(matter).get(link))

    assert "小区内部道路归物业。" in page and "请找物业" in page and "没有受理" in page


def test_a_closed_matter_is_rated_once_and_appealed_against(mine):
    matter, link = mine("CLOSED")
    phone = reporters(matter)

    silent = phone.post(link + "rate", {"solved": "no", "rating": "dissatisfied", "text": ""})
    assert silent.status_code == 422 and 'value="dissatisfied" required checked' in text(silent)
    assert "请写明哪里没办好" in text(silent)
    assert phone.post(link + "rate", {"solved": "yes", "rating": "satisfied"}).status_code == 302
    assert "您的评价：满意" in text(phone.get(link))
    assert phone.post(link + "rate", {"solved": "yes", "rating": "satisfied"}).status_code == 422
    assert phone.post(link + "appeal", {"text": "墙根还是湿的。"}).status_code == 302
    matter.refresh_from_db()
    assert (matter.rating, matter.overlays.get("appeal")) == ("satisfied", 1)


def test_the_front_page_says_by_when_and_what_waits_for_its_reporter(mine, django_assert_num_queries):
    (handled, link), (closed, _), (rated, _) = mine(), mine("CLOSED"), mine("CLOSED")
    actions.rate(
        matter_id=rated.pk, rating="satisfied", is_solved=True, text="", by=holding_receipt(rated.pk),
        now=timezone.now(),
    )  # fmt: skip
    phone = reporters(handled, closed, rated)
    phone.get("/p/")

    with django_assert_num_queries(3):  # the own matters, their clocks, notices
        front = text(phone.get("/p/"))

    due = re.search(r'class="due">(最晚[^<]+)<', text(phone.get(link)))[1]
    assert f'tx-due">{due}<' in front and front.count("请您评价") == 1
    assert text(phone.get("/p/t/")).count("请您评价") == 1
    assert "tx-due" not in text(Client().get("/p/"))


def test_a_neighbor_joins_and_both_follow_their_own_receipts(mine):
    matter, link = mine()
    client = Client()

    page = text(client.get(f"/p/join/{matter.number}/"))
    assert "暴露垃圾" in page and "王阿姨" not in page and PHONE not in page
    assert client.post(f"/p/join/{matter.number}/", {"text": "我家也是"}).status_code == 422
    sent = client.post(f"/p/join/{matter.number}/", {"text": "我家也是", "same": "yes", "phone": "13911112222"})

    own = Matter.objects.get(master=matter)
    assert sent["Location"] == f"/p/t/{own.receipt}/?done=joined"
    page = text(client.get(sent["Location"]))
    assert "我家也是" in page and "并在一起办" in page and matter.number not in page and "王阿姨" not in page
    client.post(f"/p/join/{matter.number}/", {"same": "yes"})
    assert Matter.objects.filter(master=matter, title="也遇到了：暴露垃圾").exists()
    assert "data-sent" in page  # a draft that became this one is forgotten
    assert "另有 2 件同样的事" in text(client.get(sent["Location"])) and "另有 2 件同样的事" in text(
        reporters(matter).get(link)
    )


def test_the_reporter_takes_the_own_data_along_mends_and_erases_it(mine, town):
    matter, link = mine()
    actions.unmask(matter_id=matter.pk, reason="到场前联系", by=town.handler, now=timezone.now())
    phone = reporters(matter)

    looks = text(phone.get(link + "readers"))
    assert "荷花街道环卫所" in looks and "到场前联系" in looks and "测试handler" not in looks
    copy = phone.get(link + "data.json")
    told = json.loads(copy.content)
    assert (told["number"], told["report"]["text"], told["contact"]["phone"]) == (matter.number, WORDS, PHONE)
    assert [each["why"] for each in told["readers"]] == ["到场前联系"] and copy["Content-Disposition"].startswith(
        "attach"
    )
    assert WORDS in text(phone.get(link + "data"))
    assert not is_ready() or phone.get(link + "data.pdf").content.startswith(b"%PDF")
    assert phone.post(link + "contact", {"phone": "13911112222", "name": "王"}).status_code == 302
    assert phone.post(link + "erase", {}).status_code == 422
    assert phone.post(link + "erase", {"what": "contact"}).status_code == 302
    assert not Contact.objects.filter(matter=matter).exists() and WORDS in text(phone.get(link))
    gone = phone.post(link + "erase", {"what": "all"})
    assert "都已删除" in text(phone.get(gone["Location"]))
    assert "王阿姨" not in text(phone.get(link)) + text(phone.get(link + "data"))
    assert not Note.objects.filter(text__contains="王阿姨").exists()


def test_the_reporter_chooses_where_to_be_told_and_takes_it_back(mine):
    matter, link = mine()
    phone = reporters(matter)

    assert phone.post(link + "telling", {"medium": "mail", "address": "niemand"}).status_code == 422
    assert phone.post(link + "telling", {"medium": "mail", "address": "wang@example.org"}).status_code == 302
    page = text(phone.get(link + "telling"))
    assert "w***@example.org" in page and "wang@" not in page
    assert page.count("这里还没有接通") == 2 and 'name="address"' not in page  # nothing is promised that nobody sends
    told = json.loads(phone.get(link + "data.json").content)["told_at"]
    assert told == [{"by": "mail", "address": "wang@example.org"}]
    (kept,) = Subscription.objects.filter(matter=matter)
    assert Client().post(link + "telling", {"remove": kept.pk}).status_code == 302 and Subscription.objects.exists()
    assert phone.post(link + "telling", {"remove": kept.pk}).status_code == 302
    assert not Subscription.objects.exists()


def test_nobody_knocks_without_end(mine, monkeypatch):
    _, link = mine()
    monkeypatch.setattr(following, "READS", Limit(a_minute=60, burst=2))

    answers = [Client().get(link).status_code for _ in range(4)]

    assert answers == [200, 200, 429, 429]


def test_every_page_speaks_english_and_large(mine):
    matter, link = mine("CLOSED")
    client = reporters(matter, language="en")
    client.cookies["tongxin-elder"] = "1"

    for act in ("", *ACTS[:-1]):
        page = text(client.get(link + act))
        assert "data-elder" in page and 'lang="en"' in page
        assert not [word for word in ("办理", "评价", "链接", "请") if word in page.replace(WORDS, "")], act
