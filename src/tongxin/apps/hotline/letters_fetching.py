"""Fetching letters from a post box by IMAP: each is marked as seen once it is written down, so none is lost.

A letter that was written down but not marked comes again and is known by its own id.
"""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings

from tongxin.apps.hotline import letters_reading
from tongxin.apps.hotline.actions.letters import Arrived, take_letter
from tongxin.apps.hotline.letters import Said
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Refused
from tongxin.rules.letters import ignored_because
from tongxin.rules.permissions import reporting

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

log = structlog.get_logger()

MOST = 50  # letters of one visit; the next takes the rest
WHOLE = 16 * 1024 * 1024  # bytes: of a larger one only the beginning is fetched, where its text stands
BEGINNING = 256 * 1024
SECONDS = 20.0  # how long the post box is waited for
BOX = reporting("mailbox")


def fetch(now: datetime) -> int:
    """Take in what is unread in the post box; return how many letters there were. Nothing without a post box.

    A box that does not answer is told to the log, and asked again the next time.
    """
    if not settings.LETTER_BOX:
        return 0
    from imap_tools import ImapToolsError

    done = 0
    try:
        with _box(settings.LETTER_BOX) as box:
            for uid in box.uids("UNSEEN")[:MOST]:
                done += _one(box, uid, now)
    except (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError) as error:
        log.warning("letters.box_unreached", error=type(error).__name__, done=done)
        return 0
    except Refused as refusal:  # nobody answers letters in this house
        log.warning("letters.not_taken", code=refusal.code)
        return 0
    return done


def arrived(content: bytes, *, is_cut: bool = False) -> Arrived:
    """Return an e-mail as it comes in, or as what is not taken."""
    found = letters_reading.read(content, is_cut=is_cut)
    own = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">").strip()
    ignored = ignored_because(found.headers, found.address, own)
    said = Said(found.address, found.name, found.title, found.text, found.id, found.left_out)
    return Arrived(Channel.MAIL, found.ref, said, found.files, ignored=ignored)


def _one(box: "BaseMailBox", uid: str, now: datetime) -> int:
    """Take in one letter, then mark it. What breaks on it stops no other one; it stays unread for a person to see."""
    size, content = _content(box, uid)
    if not content:
        return 0
    try:
        letter, is_new = take_letter(arrived(content, is_cut=size > WHOLE), by=BOX, now=now)
    except Refused:
        raise
    except (ValueError, LookupError) as error:
        log.error("letters.broken", error=type(error).__name__, bytes=size)
        return 0
    box.flag(uid, ["\\Seen"], True)
    log.info("letters.taken", letter=letter.pk, is_new=is_new, ignored=letter.ignored)
    return 1


def _content(box: "BaseMailBox", uid: str) -> tuple[int, bytes]:
    """Return the size of a letter and its bytes, or their beginning; without marking it as seen."""
    _, told = box.client.uid("fetch", uid, "(RFC822.SIZE)")
    digits = bytes(told[0] or b"").rpartition(b"RFC822.SIZE ")[2].split(b")")[0].split()  # type: ignore[arg-type]
    size = int(digits[0]) if digits and digits[0].isdigit() else 0
    asked = "(BODY.PEEK[])" if size <= WHOLE else f"(BODY.PEEK[]<0.{BEGINNING}>)"
    _, found = box.client.uid("fetch", uid, asked)
    parts = [part[1] for part in found if isinstance(part, tuple)]
    return size, bytes(parts[0]) if parts else b""


@contextmanager
def _box(address: str) -> Iterator["BaseMailBox"]:
    """Open the post box that an address names. Raises ImapToolsError, OSError."""
    from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted

    parts = urlsplit(address)
    kind = {"imaps": MailBox, "imap+tls": MailBoxStartTls, "imap": MailBoxUnencrypted}.get(parts.scheme)
    if kind is None or not parts.hostname:
        raise ValueError("TONGXIN_IMAP")
    port = parts.port or (993 if parts.scheme == "imaps" else 143)
    box = kind(parts.hostname, port, timeout=SECONDS)
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    with box.login(unquote(parts.username or ""), unquote(parts.password or ""), initial_folder=folder):
        yield box
