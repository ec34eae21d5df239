"""What becomes of a letter: taken in once, made a matter, answered by e-mail or chat, or put aside."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F

from tongxin.apps.hotline import letters
from tongxin.apps.hotline.actions.calls import operating
from tongxin.apps.hotline.actions.taking import Told, published, reported_of
from tongxin.apps.hotline.letters import Said
from tongxin.apps.hotline.models import Article, Enclosure, Letter, Line, Reply
from tongxin.apps.hotline.sealing import opened_file, seal, seal_file, sealed_form
from tongxin.apps.journal.entries import record
from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters.actions import Reported
from tongxin.apps.people.models import Unit
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, Missing, Refused
from tongxin.rules.letters import Ignored, LetterState, ReplyState, settle
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, Act
from tongxin.rules.permissions import Actor, Permission, holding_receipt, require
from tongxin.rules.units import UnitKind


class Arrived(NamedTuple):
    """A letter on its way in. `ref` is a digest of the message's own id; `files` are names and contents."""

    way: Channel
    ref: str
    said: Said
    files: Sequence[tuple[str, bytes]] = ()
    line: Line | None = None
    ignored: Ignored | None = None


@transaction.atomic
def take_letter(arrived: Arrived, *, by: Actor, now: datetime) -> tuple[Letter, bool]:
    """Take in a letter; told again it changes nothing. Returns it, and whether it is new. Raises Refused.

    What nobody wrote to us is counted, and nothing of it kept.
    """
    require(by, Permission.REPORT)
    unit_id = arrived.line.unit_id if arrived.line else _answering_unit()

    is_wanted = arrived.ignored is None
    row = {
        "unit_id": unit_id,
        "state": LetterState.WAITING if is_wanted else LetterState.IGNORED,
        "ignored": arrived.ignored or "",
        "arrived_at": now,
        "settled_at": None if is_wanted else now,
        "sealed": sealed_form(arrived.said._asdict()) if is_wanted else None,
    }
    letter, is_new = Letter.objects.get_or_create(way=arrived.way, line=arrived.line, ref=arrived.ref, defaults=row)
    if not is_new:
        return letter, False
    for name, content in arrived.files if is_wanted else ():
        Enclosure.objects.create(
            letter=letter, sealed_name=seal(name), sealed_file=seal_file(content), size=len(content)
        )

    why = {"why": arrived.ignored.value} if arrived.ignored else {}
    record("letter.take" if is_wanted else "letter.ignore", f"letter:{letter.pk}", by=by, at=now, **why)
    return letter, True


@transaction.atomic
def register_letter(
    letter_id: int, told: Told, *, master_id: int | None = None, tells_writer: bool = False, by: Actor, now: datetime
) -> Reported:
    """Make a letter a matter that is accepted, or one more report of `master_id`. Raises Refused.

    Its files become evidence of it, and with `tells_writer` its address is where the writer is told, by reactions.
    """
    duty = operating(by)
    letter = _waiting(letter_id, duty.unit_id)

    reported = reported_of(told, None, by, now, channel=Channel(letter.way), key=f"letter:{letter.pk}")
    if reported.is_new and master_id is None:
        matters.take(Act.ACCEPT, matter_id=reported.id, by=by, now=now)
    elif reported.is_new:
        matters.take(Act.MERGE, matter_id=reported.id, by=by, now=now, master_id=master_id)

    letter.matter_id = reported.id
    letter.tells_writer = tells_writer
    _settled(letter, LetterState.REPORTED, duty.post_id, now)

    record("letter.register", f"letter:{letter.pk}", by=by, at=now, post_id=duty.post_id, matter=reported.id)
    return reported


@transaction.atomic
def answer_letter(letter_id: int, *, said: str, articles: Sequence[int] = (), by: Actor, now: datetime) -> Reply:
    """Answer a letter at the address it came from, with the articles that are cited below. Raises Refused.

    It is sent once this is written down, again where that fails, and not without it.
    """
    duty = operating(by)
    letter = _waiting(letter_id, duty.unit_id)
    if not said.strip():
        raise Invalid("letter.no_answer")
    if len(said) > TEXT_LIMIT:
        raise Invalid("report.too_long", field="answer", limit=TEXT_LIMIT, found=len(said))
    _require_way_back(letter)
    cited = published(articles)

    text = "\n\n".join([said.strip(), *(f"【{each.title}】\n{each.body}" for each in cited if each.body not in said)])
    reply = Reply.objects.create(letter=letter, sealed=seal(text), state=ReplyState.WAITING, next_try_at=now)
    Article.objects.filter(pk__in=[each.article_id for each in cited]).update(used=F("used") + 1)
    Enclosure.objects.filter(letter=letter).delete()
    _settled(letter, LetterState.ANSWERED, duty.post_id, now)

    codes = {"cited": [each.pk for each in cited]}
    record("letter.answer", f"letter:{letter.pk}", by=by, at=now, post_id=duty.post_id, **codes)
    return reply


@transaction.atomic
def put_aside(letter_id: int, *, by: Actor, now: datetime) -> None:
    """Put an advertisement aside: nothing of it is kept. Raises Refused."""
    duty = operating(by)
    letter = _waiting(letter_id, duty.unit_id)

    letter.sealed = None
    Enclosure.objects.filter(letter=letter).delete()
    _settled(letter, LetterState.ASIDE, duty.post_id, now)

    record("letter.put_aside", f"letter:{letter.pk}", by=by, at=now, post_id=duty.post_id)


@transaction.atomic
def keep_enclosures(letter_id: int, *, by: Actor, now: datetime) -> int:
    """Make the files of a registered letter evidence of its matter; one that is no photo or document stays out.

    Safe to repeat: a file that was kept is gone here. Returns how many were kept.
    """
    require(by, Permission.RUN_OUTBOX)
    letter = Letter.objects.select_for_update().filter(pk=letter_id, matter__isnull=False).first()
    rows = list(Enclosure.objects.filter(letter=letter, refused="").order_by("id")) if letter else []

    kept = 0
    for row in rows:
        kept += _keep(row, letter, now)  # type: ignore[arg-type]

    if rows:
        record("letter.enclose", f"letter:{letter_id}", by=by, at=now, kept=kept, refused=len(rows) - kept)
    return kept


@transaction.atomic
def purge_letters(*, by: Actor, now: datetime) -> int:
    """Delete what settled letters and their answers said, once its time is over. Returns how many there were."""
    require(by, Permission.RUN_OUTBOX)
    over = now - timedelta(days=settings.LETTER_DAYS)
    gone = list(Letter.objects.filter(settled_at__lte=over, sealed__isnull=False).values_list("pk", flat=True)[:5_000])

    Letter.objects.filter(pk__in=gone).update(sealed=None)
    Reply.objects.filter(letter__in=gone).update(sealed=None)
    Enclosure.objects.filter(letter__in=gone).delete()

    if gone:
        record("letter.purge", "letters", by=by, at=now, letters=len(gone))
    return len(gone)


def _answering_unit() -> int:
    """Return the unit that reads the post box: the one that is named, else the first hotline. Raises Missing."""
    hotlines = Unit.objects.filter(kind=UnitKind.HOTLINE).order_by("code")
    named = Unit.objects.filter(code=settings.LETTER_UNIT) if settings.LETTER_UNIT else hotlines
    found = named.values_list("pk", flat=True).first()
    if found is None:
        raise Missing("letter.no_unit")
    return int(found)


def _waiting(letter_id: int, unit_id: int) -> Letter:
    """Return a letter of the unit, locked. Raises Missing, or Refused where somebody was faster."""
    letter = Letter.objects.select_for_update(of=("self",)).filter(pk=letter_id, unit_id=unit_id).first()
    if letter is None:
        raise Missing("letter.missing")
    settle(LetterState(letter.state))
    return letter


def _settled(letter: Letter, state: LetterState, post_id: int | None, now: datetime) -> None:
    letter.state, letter.settled_at, letter.post_id = state, now, post_id
    letter.save()


def _require_way_back(letter: Letter) -> None:
    """Raise Invalid where no answer can go: no mail server, no address, or a chat that takes none."""
    if not way_back(letter):
        raise Invalid("letter.no_way_back", way=Channel(letter.way))


def way_back(letter: Letter) -> bool:
    """Tell whether an answer can reach whoever wrote this letter."""
    if letter.way == Channel.MAIL:
        return bool(settings.EMAIL_HOST and letters.said(letter).address)
    return letter.line is not None and letter.line.is_open and bool(letter.line.url)


def _keep(row: Enclosure, letter: Letter, now: datetime) -> int:
    assert letter.matter_id is not None
    file = BytesIO(opened_file(row.sealed_file))
    try:
        with transaction.atomic():
            matters.attach(
                file, matter_id=letter.matter_id, kind=EvidenceKind.OTHER, by=holding_receipt(letter.matter_id), now=now
            )
    except Refused as refusal:
        row.refused, row.sealed_file = refusal.code, seal("")
        row.save()
        return 0
    row.delete()
    return 1
