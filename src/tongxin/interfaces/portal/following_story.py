"""A matter in a resident's words: where it stands and by when, what happened, what comes, what the city answered.

Staff notes are never told; what a handler wrote for the reporter is, once the matter is closed. Source: ui.md §7.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import kinds
from tongxin.apps.matters.models import Deadline, Hold, Matter
from tongxin.apps.people.queries import unit_names
from tongxin.look import filters
from tongxin.look.filters import label
from tongxin.rules.deadlines import Clock
from tongxin.rules.lifecycles.matter import LAMP_CLOCK, Act, CloseKind, State
from tongxin.rules.overlays import hold
from tongxin.rules.overlays.call_back import RATING_DAYS
from tongxin.rules.ratings import Rating
from tongxin.rules.working_time import Limit, Unit

HANDLED = (State.AWAITING_SIGNATURE, State.HANDLING)  # here the reporter waits for the handling, not for a signature
LEADS = ("state", "close_as", "closed_at", "stopped_at", "unit_id", "desk_id", "due_at")  # nothing anybody wrote
WORKED = (Unit.WORKING_MINUTE, Unit.WORKING_HOUR, Unit.WORKING_DAY)


class Head(NamedTuple):
    """Where a matter stands: in a word, in a sentence; by when; how that is counted; whether one may rate it."""

    word: str
    sentence: str
    due: str
    counted: str
    whole: str = ""
    is_late: bool = False
    is_asked: bool = False


class Leads(NamedTuple):
    """The matter another one follows, as far as that one's reporter may know it: see LEADS."""

    matter: Matter
    clocks: Sequence[Deadline]


class Moment(NamedTuple):
    """One point of the timeline: state is done, now or todo. `is_said` marks what only its reporter said."""

    state: str
    title: str
    meta: str
    is_said: bool = False


class Reply(NamedTuple):
    """What the city said to the reporter."""

    at: datetime
    who: str
    text: str


# --- where it stands -------------------------------------------------------------------------------------


def word(state: State, close_as: str = "") -> str:
    """Return a state in a word or two, as residents say it."""
    if state is State.VOIDED:
        return _("taken back") if close_as == CloseKind.WITHDRAWN else _("struck off")
    return {
        State.AWAITING_ACCEPTANCE: _("received"),
        State.VERIFYING: _("being looked at"),
        State.AWAITING_FILING: _("taken up"),
        State.AWAITING_DISPATCH: _("taken up"),
        State.AWAITING_SIGNATURE: _("given to a unit"),
        State.HANDLING: _("being handled"),
        State.AWAITING_REVIEW: _("being handled"),
        State.AWAITING_CHECK: _("being checked on site"),
        State.AWAITING_CLOSING: _("being answered"),
        State.CLOSED: _("all done"),
        State.REFUSED: _("not taken up"),
        State.MERGED: _("handled with others"),
    }[state]


def head(matter: Matter, clocks: Sequence[Deadline], now: datetime, *, leads: Leads | None = None) -> Head:
    """Return where a matter stands; one that follows another goes by that one's clocks, which `leads`.

    One statement where it is on hold.
    """
    state = State(matter.state)
    named = word(state, matter.close_as)
    if leads is not None:
        return _together(head(leads.matter, leads.clocks, now), named)
    if matter.closed_at is not None:
        return Head(
            named, _ended(matter, state), filters.long_moment(matter.closed_at), "", is_asked=_is_asked(matter, now)
        )
    if matter.stopped_at is not None:
        return _held(matter)
    clock = Clock.HANDLE if state in HANDLED else LAMP_CLOCK.get(state)
    running = _running(clocks, clock)
    whole = _running(clocks, Clock.WHOLE)
    told = Head(named, _sentence(matter, state), "", "", _whole(whole, running))
    if running is None:
        return told
    return told._replace(due=_by(running.due_at, now), counted=_counted(running), is_late=running.due_at < now)


def _is_asked(matter: Matter, now: datetime) -> bool:
    is_rated = matter.state != State.CLOSED or matter.rating
    return not is_rated and matter.closed_at is not None and now < matter.closed_at + RATING_DAYS


def _together(told: Head, named: str) -> Head:
    """Return where a follower stands: where its master does, whose words stay its own."""
    return told._replace(
        word=named, sentence=_("Handled together with others who met the same: %(state)s") % {"state": told.sentence}
    )


def _held(matter: Matter) -> Head:
    row = Hold.objects.filter(matter=matter, ended_at__isnull=True, stopped_at__isnull=False).first()
    why = label(hold.Kind(row.kind)) if row else ""
    sentence = _("Put off (%(why)s)") % {"why": why} if why else _("Put off")
    due = _("looked at again on %(day)s") % {"day": _day(row.review_on)} if row else ""
    return Head(_("put off"), sentence, due, _("While it is put off, the limit does not run."))


def _ended(matter: Matter, state: State) -> str:
    if state is State.CLOSED:
        return _("It is done")
    if state is State.REFUSED:
        return _("Not taken up; the answer below says why, and where to turn")
    return _("You took it back") if matter.close_as == CloseKind.WITHDRAWN else _("Struck off as a mistake")


def _sentence(matter: Matter, state: State) -> str:
    unit, desk = _unit(matter.unit_id), _unit(matter.desk_id)
    said = {
        State.AWAITING_ACCEPTANCE: _("%(desk)s has it and is looking at it"),
        State.VERIFYING: _("A grid worker is looking at the place"),
        State.AWAITING_FILING: _("%(desk)s has taken it up"),
        State.AWAITING_DISPATCH: _("%(desk)s is finding who handles it"),
        State.AWAITING_SIGNATURE: _("Given to %(unit)s"),
        State.HANDLING: _("%(unit)s is handling it"),
        State.AWAITING_REVIEW: _("%(unit)s says it is done; its head looks it over"),
        State.AWAITING_CHECK: _("A grid worker goes and looks whether it is done"),
        State.AWAITING_CLOSING: _("Checked on site; %(desk)s answers you"),
    }
    return said[state] % {"unit": unit or desk, "desk": desk}


def _by(due_at: datetime, now: datetime) -> str:
    moment = filters.long_moment(due_at, day_end=True)
    if due_at < now:
        return _("should have been by %(moment)s") % {"moment": moment}
    return _("by %(moment)s at the latest") % {"moment": moment}


def _counted(running: Deadline) -> str:
    limit = Limit.parse(running.limit)
    written = filters.limit(limit.amount, limit.unit)
    if limit.unit in WORKED:
        said = _("Limit %(limit)s; nights, weekends and holidays do not count.") % {"limit": written}
    else:
        said = _("Limit %(limit)s, counted around the clock.") % {"limit": written}
    if running.is_provisional:
        said += _(" The holidays of that year are not published yet, so the day is an estimate.")
    return said


def _whole(whole: Deadline | None, running: Deadline | None) -> str:
    if whole is None or (running and running.due_at >= whole.due_at):
        return ""
    return filters.long_moment(whole.due_at, day_end=True)


def _running(clocks: Sequence[Deadline], clock: Clock | None) -> Deadline | None:
    own = [each for each in clocks if each.clock == clock and each.ended_at is None and not each.of]
    return own[-1] if own else None


# --- what happened, and what comes -----------------------------------------------------------------------


def told(matter: Matter, entries: Sequence[Entry], now: datetime, *, is_mine: bool) -> list[Moment]:
    """Return the timeline, oldest first: what happened, where it stands, what comes. No statement.

    What the reporter added, urged or wished moves nothing, and is told to nobody else.
    """
    moments = [moment for entry in entries if (moment := _moment(entry, now))]
    done = list(_once([each for each in moments if is_mine or not each.is_said]))
    moved = [nth for nth, each in enumerate(done) if not each.is_said]
    if matter.closed_at is None and moved:
        done[moved[-1]] = done[moved[-1]]._replace(state="now")
    return [*done, *_to_come(State(matter.state), matter)]


def _once(moments: Sequence[Moment]) -> Iterator[Moment]:
    """Leave out what was said twice in a row."""
    for nth, each in enumerate(moments):
        if nth == 0 or each.title != moments[nth - 1].title:
            yield each


SAID = frozenset({f"matter.{Act.URGE}", "resident.supplement", "resident.wish", "call_back.rate", "appeal.raise"})


def _moment(entry: Entry, now: datetime) -> Moment | None:
    domain, _dot, act = entry.kind.partition(".")
    title = _title(domain, act, entry)
    if not title:
        return None
    who = _unit(entry.data.get("desk")) if act in (Act.ESCALATE, Act.HAND_DOWN) else ""
    meta = " · ".join(filter(None, [filters.recent(entry.at, now), who]))
    return Moment("done", title, meta, entry.actor.startswith("receipt") and entry.kind in SAID)


def _title(domain: str, act: str, entry: Entry) -> str:
    """Return what an act is to a resident; nothing for what is the city's own business."""
    unit = _unit(entry.data.get("unit"))
    mine = entry.actor.startswith("receipt")
    titles: Mapping[str, str] = {
        "matter.report": _("Received"),
        "matter.import": _("Received"),
        f"matter.{Act.ACCEPT}": _("Taken up"),
        f"matter.{Act.VERIFY}": _("A grid worker looks at the place first"),
        f"matter.{Act.REFUSE}": _("Not taken up"),
        f"matter.{Act.DECLINE}": _("Not taken up"),
        f"matter.{Act.DISPATCH}": _("Given to %(unit)s") % {"unit": unit} if unit else _("Given to a unit"),
        f"matter.{Act.RETURN}": _("Not theirs; given to another unit"),
        f"matter.{Act.RECALL}": _("Not signed for in time; given to another unit"),
        f"matter.{Act.SIGN}": _("Being handled"),
        f"matter.{Act.PROGRESS}": _("There is progress"),
        f"matter.{Act.HANDLE}": _("The unit says it is done"),
        f"matter.{Act.SETTLE}": _("Settled there and then"),
        f"matter.{Act.CHECK}": _("Checked on site"),
        f"matter.{Act.REWORK}": _("Checked: not done yet, handled again"),
        f"matter.{Act.CLOSE}": _("It is done"),
        f"matter.{Act.FOLLOW}": _("It is done"),
        f"matter.{Act.VOID}": _("Struck off as a mistake"),
        f"matter.{Act.WITHDRAW}": _("You took it back"),
        f"matter.{Act.REOPEN}": _("Taken up again"),
        f"matter.{Act.REINSTATE}": _("Taken up again"),
        f"matter.{Act.REHANDLE}": _("It is handled anew"),
        f"matter.{Act.MERGE}": _("Put together with others who met the same"),
        f"matter.{Act.UNMERGE}": _("Handled by itself again"),
        f"matter.{Act.ESCALATE}": _("Raised to the desk above"),
        f"matter.{Act.RECLASSIFY}": _("Sorted anew: %(kind)s") % {"kind": _kind(entry.data.get("template", ""))},
        f"matter.{Act.HAND_DOWN}": _("Handed to the desk below"),
        f"matter.{Act.URGE}": _("You urged it") if mine else "",
        f"matter.{Act.REPLY}": _("The city answered"),
        "resident.supplement": _("You added something"),
        "resident.wish": _("You said it is no longer needed"),
        hold.Act.GRANT: _("Put off"),
        hold.Act.RESUME: _("Goes on"),
        hold.Act.EXPIRE: _("Goes on"),
        "extension.grant": _extended(entry),
        "call_back.answer": _rated(entry),
        "call_back.rate": _rated(entry),
        "appeal.raise": _("You appealed"),
        "appeal.uphold": _("Your appeal was right: handled anew"),
        "appeal.dismiss": _("Your appeal was heard; the result stands"),
    }
    if domain == "appeal" and entry.data.get("side") == "unit":
        return ""
    return str(titles.get(f"{domain}.{act}", ""))


def _kind(code: str) -> str:
    kind = kinds.current().get(code)
    return ((filters.is_english() and kind.name_en) or kind.name) if kind else code


def _extended(entry: Entry) -> str:
    due = entry.data.get("due_at")
    moment = filters.long_moment(datetime.fromisoformat(due), day_end=True) if due else ""
    return _("More time: until %(moment)s") % {"moment": moment} if moment else _("More time was given")


def _rated(entry: Entry) -> str:
    rating = entry.data.get("rating", "")
    return _("You said: %(rating)s") % {"rating": label(Rating(rating))} if rating in set(Rating) else ""


# station: states in which it is still to come
BEFORE_DISPATCH = frozenset(LAMP_CLOCK) & {
    State.AWAITING_ACCEPTANCE,
    State.VERIFYING,
    State.AWAITING_FILING,
    State.AWAITING_DISPATCH,
}
TO_COME: tuple[tuple[str, frozenset[State]], ...] = (
    ("accept", frozenset({State.AWAITING_ACCEPTANCE, State.VERIFYING})),
    ("dispatch", BEFORE_DISPATCH),
    ("handle", BEFORE_DISPATCH | {State.AWAITING_SIGNATURE}),
    ("check", frozenset(LAMP_CLOCK) - {State.AWAITING_CLOSING}),
    ("answer", frozenset(LAMP_CLOCK) | {State.MERGED}),
    ("rate", frozenset(LAMP_CLOCK) | {State.MERGED}),
)


def _to_come(state: State, matter: Matter) -> Iterator[Moment]:
    said = {
        "accept": (_("Whether it is taken up"), ""),
        "dispatch": (_("Given to whose work it is"), ""),
        "handle": (_("Handled"), ""),
        "check": (_("A grid worker looks on site"), _("Whoever handled it cannot say so alone")),
        "answer": (_("Done, and you are answered"), ""),
        "rate": (_("You say how it was"), _("If it is not solved it is handled anew once, then supervised")),
    }
    if state is State.CLOSED and not matter.rating:
        yield Moment("now", *said["rate"])
        return
    coming = [Moment("todo", *said[station]) for station, states in TO_COME if state in states]
    for nth, each in enumerate(coming):
        title = each.title[:1].lower() + each.title[1:]
        yield each if nth else each._replace(title=_("Next: %(step)s") % {"step": title})


# --- what the city answered ------------------------------------------------------------------------------

FOR_THE_REPORTER = (Act.HANDLE, Act.SETTLE)  # their forms say that the reporter reads it


def replies(
    matter: Matter, entries: Sequence[Entry], notes: Mapping[int, str], posts: Mapping[int, int]
) -> list[Reply]:
    """Return what the city said to the reporter, oldest first. `posts` are units by post. No statement.

    The answer is the last letters of a note; what stands before them was written among staff.
    """
    found = []
    for entry in entries:
        act, text = entry.kind.partition(".")[2], notes.get(entry.seq, "")
        letters = entry.data.get("answered")
        if isinstance(letters, int) and not isinstance(letters, bool):
            text = text[-letters:] if letters else ""
        elif not (entry.kind.startswith("matter.") and act in FOR_THE_REPORTER and matter.state == State.CLOSED):
            text = ""
        if text:
            found.append(Reply(entry.at, _unit(posts.get(entry.post_id or 0)), text))
    return found


def _unit(unit_id: int | None) -> str:
    return unit_names().get(unit_id or 0, "")


def _day(day: date) -> str:
    if filters.is_english():
        return f"{day.day} {day:%b}"
    return f"{day.month} 月 {day.day} 日"
