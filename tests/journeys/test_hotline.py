"""A call is taken by the keyboard alone, in fewer than sixty strokes beyond its text; the mouse is never touched."""

import threading

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.town import NOW, ROOT, a_matter
from tongxin.apps.hotline import actions, places
from tongxin.apps.hotline.models import Call, Citation, Draft, HandOver, Line, Reply
from tongxin.apps.matters.models import Contact, Matter
from tongxin.interfaces.console.cti_simulator import Switchboard, serve
from tongxin.interfaces.console.simulation import letters
from tongxin.rules.permissions import SYSTEM

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NUMBER = "13800006027"
TEXT = "菜场出来那个垃圾箱旁边堆了好多垃圾，纸箱也没人收。"


class Keyboard:
    """A page worked by keys alone: every key that goes down is counted, but for the words themselves."""

    def __init__(self, page: Page) -> None:
        self.page, self.strokes = page, 0

    def press(self, *chords: str) -> None:
        for chord in chords:
            self.strokes += len(chord.split("+"))
            self.page.keyboard.press(chord)

    def type(self, letters: str) -> None:
        self.strokes += len(letters)
        self.page.keyboard.type(letters)

    def tell(self, text: str) -> None:
        """Write what the caller says: that is the text, and not counted."""
        self.page.keyboard.insert_text(text)


@pytest.fixture
def board(town, live_server):
    _, secret = actions.open_line(code="12345", name="12345 热线", unit_id=town.unit["hotline"], by=SYSTEM, now=NOW)
    board = Switchboard(secret, f"{live_server.url}/api/intake/cti/12345")
    server = serve(board, 0)
    running = threading.Thread(target=server.serve_forever, args=(0.01,))
    running.start()
    Line.objects.update(url=f"http://127.0.0.1:{server.server_port}/")
    actions.load_knowledge(ROOT / "catalog" / "knowledge.json", by=SYSTEM, now=NOW)
    a_matter(town, place="荷花菜市场北门")
    actions.gather_places(by=SYSTEM, now=NOW)
    places.forget()
    yield board
    server.shutdown()
    running.join()
    server.server_close()


def picked_up(desk, board) -> tuple[Page, Keyboard]:
    page = desk("operator")
    expect(page.locator("#callbar")).to_contain_text("没有来电")
    board.ring(NUMBER)
    expect(page.locator("#callbar")).to_contain_text("138****6027")
    keys = Keyboard(page)
    keys.press("F1")
    expect(page.locator("#callbar")).to_contain_text("通话中")
    return page, keys


def test_a_call_is_taken_without_a_mouse_in_under_sixty_strokes(desk, board, keep):
    page, keys = picked_up(desk, board)
    keys.tell(TEXT)
    keys.press("Alt+2")
    keys.type("hhcsc")
    expect(page.locator("#spots")).to_contain_text("荷花菜市场北门")
    expect(page.locator("#spots")).to_contain_text("松园社区 01 网格")
    keys.press("Enter")
    expect(page.locator("#beside")).to_contain_text("330802001001001")
    keys.press("Alt+3")
    expect(page.locator("#kinds")).to_contain_text("C02")
    first = page.locator("#kinds label", has_text="C02").locator("input").get_attribute("data-nth")
    keys.press(first)
    expect(page.locator("#script")).to_contain_text("荷花街道环卫所")
    expect(page.locator("#kept")).to_contain_text("草稿")
    keep(page, "call")

    keys.press("Control+Enter")
    expect(page.locator(".tx-banners")).to_contain_text("已受理")
    keys.press("F10")
    expect(page.locator("#callbar")).to_contain_text("没有来电")

    assert keys.strokes < 60, keys.strokes
    print("strokes", keys.strokes)
    matter = Matter.objects.get(channel="hotline")
    assert (matter.state, matter.place, matter.template_code) == ("awaiting_filing", "荷花菜市场北门", "C02")
    assert Contact.objects.get(matter=matter).phone == NUMBER
    assert (Call.objects.get().outcome, Call.objects.get().matter_id) == ("dispatched", matter.pk)
    assert not Draft.objects.exists()
    assert board.orders == [("answer", ""), ("hang_up", "")]


def test_a_question_is_answered_at_once_from_the_knowledge_base(desk, board, keep):
    page, keys = picked_up(desk, board)
    keys.tell("问一下医保异地就医怎么备案，人在杭州。")
    keys.press("Alt+2")
    keys.type("sysq")
    expect(page.locator("#spots .tx-spot").first).to_be_visible()
    keys.press("Enter", "Alt+3")
    keys.type("f11")
    expect(page.locator("#kinds label")).to_have_count(1)
    expect(page.locator("#kinds")).to_contain_text("政策咨询")
    with page.expect_response("**/call/beside*"):
        keys.press("Tab", "Space")
    expect(page.locator("#t-F11")).to_be_checked()
    expect(page.locator("#beside")).to_contain_text("医保异地就医怎么备案")
    held, let_go = [], []
    page.route("**/call/beside*", lambda route: route.continue_() if let_go else held.append(route))
    keys.press("Alt+1", "End")
    keys.tell("要带什么材料？")
    for _ in range(200):
        if held:
            break
        page.wait_for_timeout(20)
    keys.press("Alt+k", "Space")  # while the answer travels
    expect(page.locator("#f-answer")).not_to_have_value("")
    let_go.append(True)
    for route in held:
        route.continue_()
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.locator("#beside :checked")).to_have_count(1)
    keep(page, "answer")
    keys.press("F11")
    expect(page.locator(".tx-banners")).to_contain_text("已答复")

    matter = Matter.objects.get(channel="hotline")
    assert (matter.state, matter.template_code) == ("closed", "F11")
    assert Citation.objects.get().matter_id == matter.pk


def test_an_emergency_is_put_through_by_one_key_and_a_dropped_call_loses_nothing(desk, board):
    page, keys = picked_up(desk, board)
    keys.tell("三楼着火了，有人没下来。")
    page.wait_for_timeout(100)
    page.reload()
    keys.press("Control+s")
    keys.tell("三楼着火了，有人没下来。")
    keys.press("Control+s")
    expect(page.locator("#kept")).to_contain_text("草稿")
    page.reload()
    expect(page.locator("#f-text")).to_have_value("三楼着火了，有人没下来。")
    keys.press("F8")

    expect(page.locator(".tx-banners").first).to_contain_text("119")
    row = HandOver.objects.get()
    assert (row.to, row.told, row.is_done) == ("119", "三楼着火了，有人没下来。", True)
    assert Matter.objects.get(channel="hotline").state == "refused"
    assert board.orders[-1] == ("transfer", "119")


def test_letters_are_settled_by_the_keyboard_one_after_another(desk, board, keep, settings):
    settings.EMAIL_HOST = "127.0.0.1"
    letters.set_up(now=timezone.now())
    page = desk("operator", "/call/letters/")
    keys = Keyboard(page)
    expect(page.locator(".tx-letter")).to_contain_text("荷花中路路灯")
    keep(page, "letter")
    keys.press("Alt+2")
    keys.type("hhcsc")
    expect(page.locator("#spots")).to_contain_text("荷花菜市场北门")
    with page.expect_response("**/call/beside*"):
        keys.press("Enter", "Alt+3")
    keys.type("ludeng")
    expect(page.locator("#kinds label").first).to_be_visible()
    expect(page.locator(".htmx-request")).to_have_count(0)
    first = page.locator("#kinds label").first.locator("input")
    first.focus()
    keys.press("Space")
    expect(first).to_be_checked()
    keys.press("Control+Enter")
    expect(page.locator(".tx-banners")).to_contain_text("已受理")

    expect(page.locator(".tx-letter")).to_contain_text("咨询医保异地就医备案")
    expect(page.locator("#beside")).to_contain_text("医保异地就医怎么备案")
    keys.press("Alt+k", "Space")
    expect(page.locator("#f-answer")).not_to_have_value("")
    keep(page, "letter-answer")
    keys.press("F11")
    expect(page.locator(".tx-banners")).to_contain_text("回信已记下")

    expect(page.locator(".tx-letter")).to_contain_text("夜间施工噪音")
    page.locator("#letter-h").click()
    keys.press("n")
    expect(page.locator(".tx-letter")).to_contain_text("公司团建优惠方案")
    assert Matter.objects.get(channel="mail").template_code
    assert Reply.objects.get().state == "waiting"
