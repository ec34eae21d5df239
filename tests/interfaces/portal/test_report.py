"""A resident reports without an account: what is taken, what is refused with the words kept, what is never kept."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.town import AT_SEA, NOW, SONGYUAN_01, a_matter, a_photo
from tongxin.apps.journal.evidence import open_evidence
from tongxin.apps.journal.queries import evidence_of
from tongxin.apps.matters.actions import join
from tongxin.apps.matters.models import Contact, Matter, Report
from tongxin.apps.notify.models import Subscription
from tongxin.interfaces.portal.hints import apart
from tongxin.rules.permissions import RESIDENT

pytestmark = pytest.mark.django_db
FORM = "/p/report/"
LAMP = "小区门口的路灯不亮了，三天了"


def here(point=SONGYUAN_01):
    return {"lon": str(point[0]), "lat": str(point[1])}


def photo(name="a.jpg", shade=0):
    return SimpleUploadedFile(name, a_photo(shade).read(), "image/jpeg")


def photo_with_place(lon, lat) -> SimpleUploadedFile:
    """Return a photo as a phone takes it: it says where."""
    exif = Image.Exif()
    exif[0x8825] = {
        1: "N",
        2: (int(lat), int(lat % 1 * 60), lat * 60 % 1 * 60),
        3: "E",
        4: (int(lon), int(lon % 1 * 60), lon * 60 % 1 * 60),
    }
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (9, 90, 120)).save(file, "JPEG", exif=exif)
    return SimpleUploadedFile("p.jpg", file.getvalue(), "image/jpeg")


def reported(answer) -> Matter:
    assert answer.status_code == 302, re.findall(r"err-msg.*", answer.content.decode())
    return Matter.objects.get(receipt=answer["Location"].split("/")[-2])


def test_a_photo_some_words_and_a_point_are_enough(phone, brands):
    answer = phone.post(FORM, {"text": LAMP, "photos": photo(), **here()})

    matter = reported(answer)
    assert (matter.template_code, matter.channel, matter.area) == ("D02", "resident", "330802001001001")
    assert matter.before_photos == 1 and matter.reported_by is None and not Contact.objects.exists()
    receipt = phone.get(answer["Location"]).content.decode()
    assert matter.number in receipt and f"/p/t/{matter.receipt}/" in receipt and "最晚 11 月" not in receipt[:200]
    assert "<svg" in receipt and "受理，或告诉您为什么不受理" in receipt
    assert matter.number in phone.get("/p/").content.decode()  # this phone is known as the one that reported


def test_the_same_form_sent_twice_is_one_matter(phone, brands):
    form = {"text": LAMP, "key": "a-key-a-phone-made-up", **here()}

    answers = [phone.post(FORM, form | {"photos": photo()}) for _ in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]
    assert reported(answers[0]).before_photos == Matter.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "只接收"),
        ("both.jpg", b"\xff\xd8\xff\xe0<script>alert(1)</script>", "夹带"),
        ("large.jpg", b"\xff\xd8\xff" + b"0" * (20 << 20), "超过 20 MB"),
        ("paper.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF", "这不是照片"),
    ],
    ids=["svg", "polyglot", "too large", "no photo"],
)
def test_a_file_that_is_no_photo_is_refused_by_name_and_the_words_stay(phone, brands, name, content, sentence):
    answer = phone.post(FORM, {"text": LAMP, "photos": [photo(), SimpleUploadedFile(name, content)], **here()})

    page = answer.content.decode()
    assert answer.status_code == 422 and f"“{name}”" in page and sentence in page
    assert LAMP in page and "照片要重新选择" in page and not Matter.objects.exists()


def test_the_place_in_a_photo_is_read_only_where_its_owner_agreed_and_never_kept(phone, brands):
    told = {"text": LAMP, "place": "门口"}

    silent = reported(phone.post(FORM, told | {"photos": photo_with_place(*SONGYUAN_01)}))
    agreed = reported(phone.post(FORM, told | {"photos": photo_with_place(*SONGYUAN_01), "photo_place": "1"}))

    assert silent.lon is None and silent.area == "3308"
    assert agreed.area == "330802001001001" and agreed.lon == pytest.approx(SONGYUAN_01[0], abs=1e-4)
    kept = open_evidence(evidence_of(f"matter:{agreed.pk}").get())
    with Image.open(kept.path) as picture:
        assert not picture.getexif()


def test_a_place_is_taken_from_what_was_picked_or_named_and_asked_for_where_nothing_says(phone, brands):
    def area(**told):
        return reported(phone.post(FORM, {"text": LAMP, **told})).area

    assert area(area="330802001002") == "330802001002"
    assert area(place="荷西苑社区 3 幢") == "330802001002"
    assert area(town="330803001", place="桥头") == "330803001"
    assert area(place="桥头") == "3308"  # the desk of the city finds out

    for told, sentence in (
        ({}, "还不知道在哪里"),
        (here(AT_SEA), "这个位置不在本市"),
        ({"lon": "x", "lat": "nan"}, "x"),
    ):
        answer = phone.post(FORM, {"text": LAMP, **told})
        assert answer.status_code == 422 and sentence in answer.content.decode() and LAMP in answer.content.decode()


def test_whoever_asks_for_secrecy_is_sealed_and_contacts_are_only_what_was_left(phone, brands):
    told = {"secret": "1", "contact_name": "王", "contact_phone": "13800001111", "mail": "wang@example.com"}

    matter = reported(phone.post(FORM, {"text": LAMP, **told, **here()}))

    assert matter.is_sealed and Contact.objects.get().phone == "13800001111"
    assert Subscription.objects.get().address == "wang@example.com"
    for wrong in ({"mail": "no@address"}, {"contact_phone": "call me"}):
        answer = phone.post(FORM, {"text": LAMP, **told, **here(), **wrong})
        assert answer.status_code == 422 and Matter.objects.count() == 1


def test_a_reason_names_words_and_no_piece_across_two_of_them():
    told = apart("小区门口的路灯不亮了", ("路灯", "不亮", "灯不", "门口"))

    assert told == ("路灯", "不亮", "门口")


def test_kinds_are_guessed_with_reasons_and_danger_says_whom_to_call(phone, brands):
    page = phone.get("/p/report/kinds", {"text": LAMP}).content.decode()
    fire = phone.get("/p/report/kinds", {"text": "着火了，房子起火"}).content.decode()

    assert "路灯不亮" in page and "因为写了" in page and "说不准" in page and page.count('name="template"') <= 4
    assert re.findall(r'value="(\w+)" checked', page) == ["D02"]  # what is guessed is shown as chosen
    assert 'href="tel:119"' in fire and 'href="tel:119"' not in page


def test_what_lies_near_is_told_by_kind_and_distance_and_by_nothing_anybody_wrote(phone, brands, town):
    from django.utils import timezone

    now = timezone.now()
    words = "王大爷家门口那盏灯，张三报过"
    plain = a_matter(town, template="D02", text=words, place="幸福里 3 号", by=RESIDENT, now=now)
    sealed = a_matter(town, template="D02", text=words, is_secret=True, by=RESIDENT, now=now)
    a_matter(town, template="A01", text=words, by=RESIDENT, now=now)
    joined = join(number=plain.number, text=words, by=RESIDENT, now=now)

    def page(**told):
        return phone.get("/p/report/kinds", {"text": LAMP, **here(), **told}).content.decode()

    assert plain.number in page() and "50 米内" in page() and f"/p/join/{plain.number}" in page(template="D02")
    hidden = (sealed.number, joined.number, "王大爷", "张三", "幸福里", "邻里")
    assert not any(said in page() for said in hidden)
    assert plain.number not in page(template="none") and plain.number in page(template="?")


def test_many_reports_from_one_address_are_refused_while_another_is_served(phone, brands):
    def sent(address):
        return phone.post(FORM, {"text": LAMP, **here()}, REMOTE_ADDR=address).status_code

    answers = [sent("198.51.100.7") for _ in range(50)]

    assert answers.count(302) <= 21 and set(answers) == {302, 429}
    refused = phone.post(FORM, {"text": LAMP}, REMOTE_ADDR="198.51.100.7")
    assert refused["Retry-After"] and "请过" in refused.content.decode()
    assert sent("198.51.100.8") == 302


def test_a_form_from_elsewhere_is_not_taken(brands):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post(FORM, {"text": LAMP, **here()})

    assert answer.status_code == 403 and not Matter.objects.exists()


def test_what_somebody_wrote_is_shown_back_to_nobody_else(phone, brands, town):
    matter = a_matter(town, by=RESIDENT, now=NOW, text="不要给别人看的话", place="幸福里 3 号")

    paths = ("", "map/?area=330802001", "map/?area=330802001001", f"r/{matter.receipt}/")
    pages = [phone.get(f"/p/{path}").content.decode() for path in paths]

    assert Report.objects.exists() and "松园社区 01 网格" in pages[2]
    assert not any("不要给别人看" in page or "幸福里" in page for page in pages)
