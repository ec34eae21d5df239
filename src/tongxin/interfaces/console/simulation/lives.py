"""Lives: what happens to a matter after it is reported, told step by step, each by somebody who holds the post.

A life asks for its next step and is sent the answer, so that many lives walk abreast in batches. It decides nothing
that the rules decide: it only chooses among what is permitted, and how long people take.
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.matters.actions import Asked
from tongxin.interfaces.console.simulation import asides, chances, phrases
from tongxin.interfaces.console.simulation.standing import MOMENT, Over, Pause, Photo, Standing, Telling
from tongxin.rules import deadlines
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Clock
from tongxin.rules.lifecycles.matter import Act, CloseKind, State
from tongxin.rules.permissions import Actor
from tongxin.rules.returning import return_until
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import Unit, due_at

ROUNDS = 4  # how often a matter is dispatched at most


class Life(Standing):
    """One matter after its report. `tell()` yields what is asked for and wants each answer sent."""

    def tell(self, reporter: Actor) -> Telling:
        """Yield the steps until the matter is finished or the city's clock stands."""
        try:
            yield from self.photo(EvidenceKind.BEFORE, reporter if self.tale.channel is Channel.GRID else None)
            if self._may_settle() and self.chance("settle"):
                yield from self._settled(reporter)
            elif (yield from self._received()):
                yield from self._worked()
            yield from self._afterwards()
        except Pause:
            return

    def _may_settle(self) -> bool:
        return self.tale.channel is Channel.GRID and self.kind.may_settle and not self.kind.is_sealed

    def _settled(self, reporter: Actor) -> Telling:
        self.at += timedelta(minutes=self.rng.randint(2, 25))
        if self.at > self.stage.end:
            raise Pause
        yield from self.photo(EvidenceKind.AFTER, reporter)
        yield from self.take(Act.SETTLE, reporter, reason=self.rng.choice(phrases.SETTLED))
        self.wait()
        yield from self.take(Act.CHECK)
        self.wait()
        yield from self._closed()

    def _received(self) -> Generator[Asked | Photo | Over, Any, bool]:
        """Accept and file, or refuse; tell whether it goes on."""
        transfer = phrases.TRANSFERS.get(self.stage.transfers[self.kind.code])
        if transfer and self.chance("transfer"):
            return (yield from self._refused(Act.REFUSE, transfer))
        if self.tale.channel is not Channel.GRID and self.chance("verify"):
            self.wait()
            yield from self.take(Act.VERIFY)
            self.wait()
            if self.chance("deny"):
                yield from self.take(Act.DENY, reason=self.say(Act.DENY))
                return (yield from self._refused(Act.REFUSE, phrases.UNFOUNDED))
            yield from self.take(Act.CONFIRM)
        elif self.chance("refuse"):
            return (yield from self._refused(Act.REFUSE, self.rng.choice(phrases.REFUSALS)))
        self.wait()
        if self.chance("void"):
            return (yield from self._voided())
        yield from self.take(Act.ACCEPT)
        self.wait()
        if self.chance("decline"):
            yield from self._turned_down(Act.DECLINE, self.rng.choice(phrases.REFUSALS))
            return False
        yield from self.take(Act.FILE)
        return True

    def _refused(self, act: Act, words: Any) -> Generator[Asked | Photo | Over, Any, bool]:
        self.wait()
        yield from self._turned_down(act, words)
        if not self.chance("reinstate"):
            return False
        self.at += timedelta(days=self.rng.uniform(1, 6))
        if self.at > self.stage.end:
            raise Pause
        self._afresh()
        yield from self.take(Act.REINSTATE, reason=self.say(Act.REINSTATE))
        self.wait()
        yield from self.take(Act.ACCEPT)
        self.wait()
        yield from self.take(Act.FILE)
        return True

    def _turned_down(self, act: Act, words: Any) -> Telling:
        ground, reason, route = words
        yield from self.take(act, ground=ground, reason=reason, route=route)

    def _voided(self) -> Generator[Asked | Photo | Over, Any, bool]:
        proposer = self.who(Act.PROPOSE_VOID)
        self.proposer = proposer.person_id
        yield from self.take(Act.PROPOSE_VOID, proposer, reason=self.say(Act.PROPOSE_VOID))
        self.wait()
        yield from self.take(Act.VOID)
        return False

    def _worked(self) -> Telling:
        """Dispatch, handle, review and check until it holds, then close."""
        right = self._right_unit()
        wrong = self._wrong_unit(right) if self.chance("misdispatch") else None
        for turn in range(ROUNDS):
            unit_id = wrong if turn == 0 and wrong else right
            if not (yield from self._signed(unit_id, right, is_wrong=unit_id == wrong)):
                continue
            yield from self._handled()
            if (yield from self._checked()):
                return

    def _right_unit(self) -> int:
        """Return the suggested unit; what is sealed stays in the village, whose secretary alone may check it there."""
        village = self.matter.area[: Level.VILLAGE]
        own = self.stage.units_by_kind.get((UnitKind.VILLAGE_STATION, village), ())
        return own[0] if self.kind.is_sealed and self.kind.level == "V" and own else self.suggested_id

    def _wrong_unit(self, right: int) -> int | None:
        if self.kind.is_sealed:
            return None
        others = self.stage.others(right, self.matter.area[: Level.TOWN])
        return self.rng.choice(others) if others else None

    def _signed(self, unit_id: int, right: int, *, is_wrong: bool) -> Generator[Asked | Photo | Over, Any, bool]:
        """Dispatch to the unit and have it sign; False where it came back."""
        self.wait()
        yield from self.take(Act.DISPATCH, unit_id=unit_id)
        self.dispatched_at = self.dispatched_at or self.at
        signed_due = self.due
        if self.chance("recall") and signed_due is not None:
            self.at = max(self.at, signed_due)
            self.wait(times=2)
            yield from self.take(Act.RECALL)
            return False
        self.wait(times=0.3 if is_wrong else 1)
        if is_wrong and self.chance("return") and self.at <= self._returnable_until():
            if self.chance("sign_first"):
                yield from self.take(Act.SIGN)
                self.at = min(self.at + 5 * MOMENT, self._returnable_until())
            yield from self._returned(right)
            return False
        signer = self.who(Act.SIGN)
        yield from self.take(Act.SIGN, signer)
        yield from self.photo(EvidenceKind.BEFORE, signer)
        return True

    def _returnable_until(self) -> datetime:
        days, kind = self.stage.calendar, self.kind
        return return_until(deadlines.start(Clock.HANDLE, self.dispatched_at, kind.limit, kind.urgency, days), days)

    def _returned(self, right: int) -> Telling:
        ground, reason = self.rng.choice(phrases.RETURNS)
        yield from self.take(Act.RETURN, ground=ground, reason=reason, suggested_unit=right)
        yield from asides.ruled(self, right)

    def _handled(self) -> Telling:
        """Note progress, handle and have it reviewed, again where the head is not content."""
        yield from self._progressed()
        yield from asides.while_handled(self)
        for _ in range(ROUNDS):
            self.wait()
            handler = self.who(Act.HANDLE)
            yield from self.photo(EvidenceKind.AFTER, handler)
            yield from self.take(Act.HANDLE, handler, reason=phrases.handled(self.rng, self.kind.code))
            self.handled_at = self.at
            self.wait()
            if not self.chance("redo"):
                break
            yield from self.take(Act.REDO, reason=self.say(Act.REDO))
        yield from self.take(Act.REVIEW)

    def _progressed(self) -> Telling:
        limit = self.kind.limit
        is_long = limit.unit is Unit.WORKING_DAY and limit.amount >= chances.LONG_LIMIT_DAYS
        if self.tale.pose is None and (is_long or self.chance("progress")):
            self.wait(times=0.4)
            yield from self.take(Act.PROGRESS, reason=self.rng.choice(phrases.PROGRESS))

    def _checked(self) -> Generator[Asked | Photo | Over, Any, bool]:
        """Check and close; False where it has to be done again."""
        self.wait()
        if self.chance("rework"):
            yield from self.take(Act.REWORK, reason=self.say(Act.REWORK))
            return False
        yield from self.take(Act.CHECK)
        self.wait()
        if self.chance("rework_late"):
            yield from self.take(Act.REWORK, self._chief(), reason=self.say(Act.REWORK))
            return False
        yield from self._closed()
        return True

    def _chief(self) -> Actor:
        return self.who(Act.CLOSE)

    def _closed(self) -> Telling:
        handled_late = self.handled_at is not None and self.handle_due is not None and self.handled_at > self.handle_due
        late = handled_late or (self.whole_due is not None and self.at > self.whole_due)
        close_as, reason = CloseKind.LATE if late else CloseKind.NORMAL, ""
        for rare in (CloseKind.SPECIAL, CloseKind.MISTAKE):
            if self.chance(rare.value):
                close_as, reason = rare, phrases.SPECIAL[rare.value]
        reply = self.rng.choice(phrases.REPLIES) if self.wants_reply else ""
        chief = self._chief()
        self.closer = chief.person_id
        yield from self.take(Act.CLOSE, chief, close_as=close_as, reason=reason, reply=reply)

    def _afterwards(self) -> Telling:
        """Who left a number is called back; once in a while a closed matter is opened again, and handled to its end."""
        is_asked = self.state is State.CLOSED and self.wants_reply and self.tale.pose is None
        if is_asked and (yield from asides.called_back(self)):
            self._afresh()
            self.state, self.unit_id = State.AWAITING_DISPATCH, None
            yield from self._worked()
        if self.state is not State.CLOSED or not self.chance("reopen"):
            return
        self.at += timedelta(days=self.rng.uniform(1, 20))
        if self.at > self.stage.end:
            return
        self._afresh()
        yield from self.take(Act.REOPEN, reason=self.say(Act.REOPEN))
        self.wait()
        yield from self.take(Act.ACCEPT)
        self.wait()
        yield from self.take(Act.FILE)
        yield from self._worked()

    def _afresh(self) -> None:
        """The whole clock begins anew with this moment, and no handling counts any more."""
        self.whole_due = due_at(self.at, deadlines.whole(self.kind.limit), self.stage.calendar).at
        self.dispatched_at = self.handled_at = self.handle_due = None
