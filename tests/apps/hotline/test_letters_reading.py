"""E-mails as they really come: every one is read, none is believed."""

from email.message import EmailMessage

import pytest

from tongxin.apps.hotline import letters_reading
from tongxin.apps.hotline.letters_reading import read, text_of_html


def an_email(text="路灯不亮。", **headers) -> EmailMessage:
    made = EmailMessage()
    told = {"From": "王芳 <wang@example.com>", "Subject": "路灯", "Message-ID": "<1@example.com>"} | headers
    for name, value in told.items():
        made[name] = value
    made.set_content(text)
    return made


HEAD = b"From: a@example.com\r\nSubject: "
BROKEN = {  # what is sent, and what must still be read of it
    "no charset, GB18030": (HEAD + "路灯\r\n\r\n荷花中路路灯不亮。".encode("gb18030"), "路灯", "荷花中路路灯不亮。"),
    "says UTF-8, is GBK": (
        HEAD + b"x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + "井盖坏了，很危险。".encode("gbk"),
        "x",
        "井盖坏了，很危险。",
    ),
    "a charset nobody knows": (
        HEAD + b"x\r\nContent-Type: text/plain; charset=x-none\r\n\r\n" + "噪音太大".encode(),
        "x",
        "噪音太大",
    ),
    "a header encoded and cut": (HEAD + b"=?gb2312?B?wrfFxg?=\r\n\r\nlamp", None, "lamp"),
    "a structure that never comes": (
        HEAD + b"x\r\nContent-Type: multipart/mixed; boundary=none\r\n\r\nstill a text",
        "x",
        "still a text",
    ),
    "no header at all": (b"\r\nonly words", "", "only words"),
    "nothing": (b"", "", ""),
    "bytes of no text": (HEAD + b"x\r\n\r\n\xff\xfe\x00\xd8 end", "x", None),
}


@pytest.mark.parametrize("made", BROKEN)
def test_a_broken_email_is_read_as_well_as_it_can_be(made):
    sent, title, text = BROKEN[made]

    found = read(sent)

    assert title is None or found.title == title
    assert text is None or found.text == text
    assert "\x00" not in found.text + found.title
    assert len(found.ref) == 64


def test_a_deeply_nested_letter_gives_its_text_and_its_files_and_keeps_within_bounds():
    outer = an_email("外层正文")
    for n in range(9):
        outer.add_attachment(bytes([n]) * 40, maintype="image", subtype="jpeg", filename=f"照片{n}.jpg")
    raw = outer.as_bytes()
    for n in range(40):
        mark = f"b{n}".encode()
        head = b"Content-Type: multipart/mixed; boundary=" + mark
        raw = head + b"\r\n\r\n--" + mark + b"\r\n" + raw + b"\r\n--" + mark + b"--\r\n"

    found = read(b"From: wang@example.com\r\nSubject: x\r\n" + raw)

    assert found.text == "外层正文"
    assert [each.name for each in found.files] == [f"照片{n}.jpg" for n in range(6)]
    assert found.left_out == 3


def test_of_a_huge_letter_the_beginning_gives_the_text_and_says_that_a_file_is_left_out(monkeypatch):
    made = an_email("照片很大")
    made.add_attachment(b"\xff" * 60_000, maintype="image", subtype="jpeg", filename="a.jpg")
    raw = made.as_bytes()

    beginning, whole = read(raw[:20_000], is_cut=True), read(raw)
    monkeypatch.setattr(letters_reading, "FILES_BYTES", 50_000)
    bounded = read(raw)

    for found in (beginning, bounded):
        assert (found.text, found.files, found.left_out) == ("照片很大", (), 1)
    assert len(whole.files[0].content) == 60_000
    assert whole.ref == beginning.ref


def test_html_becomes_text_and_nothing_of_it_is_run_or_followed():
    html = """<html><head><title>t</title><style>p{}</style></head><body><script>alert(1)</script>
      <p>荷花中路&nbsp;<b>路灯</b>不亮&#65292;</p><div>三天了<br>请修</div><svg><text>x</text></svg>
      <a href="http://evil.example">点这里</a><img src="http://track.example/p.gif"><p>完</body>"""

    said = text_of_html(html)

    assert said == "荷花中路 路灯不亮，\n\n三天了\n请修\n点这里\n完"
    assert text_of_html("<head><p>没有关的头<body>正文") == "正文"
    assert "x" in text_of_html("<<<<a x <p <!-- ")


def test_plain_text_is_taken_before_html_and_names_before_they_are_decoded():
    made = an_email("纯文本", From='"=?utf-8?b?YUBldmlsLmV4YW1wbGU+?=" <wang@example.com>')
    made.add_alternative("<p>花哨的</p>", subtype="html")

    found = read(made.as_bytes())

    assert (found.text, found.address, found.files) == ("纯文本", "wang@example.com", ())


def test_the_same_letter_has_the_same_reference_with_and_without_an_id_of_its_own():
    one, again, other = an_email(), an_email("另一封"), an_email(**{"Message-ID": "<2@example.com>"})
    without = an_email("没有编号")
    del without["Message-ID"]

    assert read(one.as_bytes()).ref == read(again.as_bytes()).ref != read(other.as_bytes()).ref
    assert read(without.as_bytes()).ref == read(without.as_bytes()).ref
    assert read(without.as_bytes()).id == ""
    assert len(read(an_email("长" * 90_000).as_bytes()).text) == letters_reading.TEXT_MOST
