"""Reading an e-mail, however it was made: whoever wrote it, its text without markup, what came with it.

Nothing in it is believed: no charset, no structure, no length. What cannot be read is read as well as it can be.
"""

import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import NamedTuple

TEXT_MOST, NAME_MOST, TITLE_MOST, ADDRESS_MOST = 20_000, 60, 200, 254
PARTS_MOST, FILES_MOST, FILES_BYTES = 200, 6, 12 * 1024 * 1024
CHARSETS = ("utf-8", "gb18030", "big5")  # tried in turn where none is told, or the one that is told does not hold
BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table", "hr"})
SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg"})


class File(NamedTuple):
    """A file that came along."""

    name: str
    content: bytes


class Written(NamedTuple):
    """A letter as it was read. `left_out` counts files that were too many or too large."""

    ref: str
    address: str
    name: str
    title: str
    text: str
    id: str
    headers: dict[str, str]
    files: tuple[File, ...] = ()
    left_out: int = 0


def read(content: bytes, *, is_cut: bool = False) -> Written:
    """Return what an e-mail says. Never raises. `is_cut`: only its beginning was fetched, so its files are no good."""
    message = message_from_bytes(content, policy=policy.compat32)
    raw = {name.lower(): str(value)[:2_000] for name, value in message.raw_items()}
    headers = {name: _decoded(value)[:400] for name, value in raw.items()}
    name, address = parseaddr(raw.get("from", ""))  # parted before it is decoded: a name may hold an address
    text, files, left_out = _body(message, is_cut)
    id_ = headers.get("message-id", "").strip()[:ADDRESS_MOST]
    title = _line(headers.get("subject", ""))[:TITLE_MOST]
    same = id_ or "\n".join((headers.get("date", ""), address, title, text))
    return Written(
        hashlib.sha256(same.encode("utf-8", "replace")).hexdigest(),
        _line(address)[:ADDRESS_MOST],
        _line(_decoded(name))[:NAME_MOST],
        title,
        text,
        id_ if re.fullmatch(r"<[^<>\s]+>", id_) else "",
        headers,
        tuple(files),
        left_out,
    )


def text_of_html(html: str) -> str:
    """Return what a page of HTML says, line by line: no markup, no script, no address of a link or picture."""
    reader = _Plain()
    reader.feed(html[: TEXT_MOST * 20])
    reader.close()
    return _tidy("".join(reader.said))


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent.append(tag)
        elif tag == "body":
            self._silent.clear()  # a head that nobody closed
        if tag in BLOCKS:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        if tag in BLOCKS:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(re.sub(r"\s+", " ", data))


# --- parts -----------------------------------------------------------------------------------------------


def _body(message: Message, is_cut: bool) -> tuple[str, list[File], int]:
    plain: list[str] = []
    marked: list[str] = []
    files: list[File] = []
    left_out = size = 0
    for part in _leaves(message):
        kind = part.get_content_type()
        is_file = bool(part.get_filename()) or part.get_content_disposition() == "attachment"
        if kind.startswith(("text/", "multipart/")) and not is_file:  # multipart without parts is a text that lies
            (marked if kind == "text/html" else plain).append(_text(part))
        elif is_file or kind.startswith(("image/", "application/")):
            content = _bytes(part)
            size += len(content)
            if is_cut or not content or len(files) >= FILES_MOST or size > FILES_BYTES:
                left_out += 1
            else:
                files.append(File(_line(_decoded(part.get_filename() or ""))[:NAME_MOST], content))
    text = _tidy("\n".join(plain)) or text_of_html("\n".join(marked))
    return text[:TEXT_MOST], files, left_out


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that hold something, as far as anybody would look: not the letters within a letter."""
    waiting, seen = [message], 0
    while waiting and seen < PARTS_MOST:
        part, seen = waiting.pop(), seen + 1
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting.extend(each for each in reversed(inner) if isinstance(each, Message))
        elif part.get_content_maintype() != "message":
            yield part


def _bytes(part: Message) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return b""
    return found if isinstance(found, bytes) else b""


def _text(part: Message) -> str:
    return _read(_bytes(part)[: TEXT_MOST * 60], part.get_content_charset() or "")


def _read(content: bytes, charset: str) -> str:
    """Return bytes as text: as they say, else as most letters here are written, with marks for what is unread."""
    told = {"gb2312": "gb18030", "gbk": "gb18030"}.get(charset.lower(), charset)
    for each in (told, *CHARSETS) if told else CHARSETS:
        try:
            return content.decode(each)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return content.decode("utf-8", "replace")


def _decoded(value: object) -> str:
    """Return a header in words, encoded as RFC 2047 says, or raw as some programs still send it."""
    text = str(value)
    try:
        parts = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(
        _read(part, charset or "") if isinstance(part, bytes) else _unescaped(part) for part, charset in parts
    )


def _unescaped(text: str) -> str:
    """Return a header whose bytes came in raw; the parser keeps them as surrogates."""
    return _read(text.encode("ascii", "surrogateescape"), "") if re.search("[\udc80-\udcff]", text) else text


def _line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\s]+", " ", text).strip()


def _tidy(text: str) -> str:
    """Return a text without what no reader sees: control characters, spaces at ends, more than one empty line."""
    clean = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u200b\ufeff]", "", text.replace("\r\n", "\n").replace("\xa0", " "))
    lines = [line.strip() for line in clean.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
