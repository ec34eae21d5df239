"""Episodes: what begins at a device becomes a matter or joins one near it, what ends is told to it.

Called by actions that hold the rows of the devices. What belongs to one ground is decided one after the other, whatever
process it comes to: so two sensors of a flood never make two matters.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog

from tongxin.apps.devices import kinds, wording
from tongxin.apps.devices.kinds import Way
from tongxin.apps.devices.models import Device, Episode
from tongxin.apps.journal.entries import Draft, record_many
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters.actions import Incoming
from tongxin.postgres.batches import run
from tongxin.rules.area_codes import Level, up_to
from tongxin.rules.channels import Channel
from tongxin.rules.devices import Cause, DeviceKind, Fault, Sighting, ref_of
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import SYSTEM, reporting
from tongxin.rules.readings import joins

SOURCE = "device"
LOOK_BACK = timedelta(days=7)  # an episode older than this leads nobody any more
LOCK_GROUNDS = "SELECT pg_advisory_xact_lock(hashtextextended(ground, 1)) FROM unnest(%s::text[]) AS ground"
LOCK_MATTERS = "SELECT id FROM matters_matter WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
UPDATE = """
    UPDATE devices_episode AS e SET last_at = new.last_at, ended_at = new.ended_at, peak = new.peak, times = new.times
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::float8[], %s::int[])
        AS new(id, last_at, ended_at, peak, times) WHERE e.id = new.id"""

log = structlog.get_logger("tongxin.devices")

Key = tuple[int, str, str]  # device, cause, what


def way_of(device: Device, cause: Cause, what: str) -> Way:
    """Return what becomes of an episode of this kind."""
    book = kinds.book()
    if cause is Cause.SIGHTING:
        return book.sightings[Sighting(what)]
    if cause is Cause.READING:
        way = book.sorts[DeviceKind(device.kind)].way
        assert way is not None, device.kind  # only kinds with limits are watched
        return way
    return book.silence


def ground_of(device: Device, cause: Cause, what: str) -> str:
    """Return what belongs together: the same in one area, a silence of one owner in one town, else the device alone."""
    if cause is Cause.FAULT or not way_of(device, cause, what).group_minutes:
        return f"{cause}:{what}:{device.pk}"
    if cause is Cause.SILENCE:
        return f"{cause}:{device.owner_id}:{up_to(device.area, Level.TOWN)}"
    return f"{cause}:{what or device.kind}:{device.area}"


class Book:
    """The episodes of some locked devices while one batch is decided; `save` writes all of it at the end."""

    def __init__(self, devices: Iterable[Device], now: datetime) -> None:
        self._now = now
        found = Episode.objects.filter(device__in=list(devices), ended_at__isnull=True)
        self.open: dict[Key, Episode] = {(each.device_id, each.cause, each.what): each for each in found}
        self._leads: dict[str, Episode] = {}
        self._fresh: list[Episode] = []
        self._touched: dict[int, Episode] = {}
        self._notes: list[tuple[int, str, Device, dict[str, Any]]] = []

    def lock(self, grounds: Iterable[str]) -> None:
        """Let nobody else decide about these grounds until the transaction ends, and read who leads there."""
        wanted = sorted(set(grounds))
        if not wanted:
            return
        run(LOCK_GROUNDS, [wanted])
        leading = Episode.objects.filter(
            ground__in=wanted, leads=True, began_at__gt=self._now - LOOK_BACK, matter__closed_at__isnull=True
        )
        for each in leading.exclude(matter=None).order_by("ground", "-began_at").distinct("ground"):
            self._leads[each.ground] = self.open.get((each.device_id, each.cause, each.what), each)

    def begin(self, device: Device, cause: Cause, what: str, at: datetime, value: float | None) -> Episode:
        """Begin an episode: it joins the matter of who leads on its ground, or reports one and leads."""
        way, ground = way_of(device, cause, what), ground_of(device, cause, what)
        device.episodes += 1
        episode = Episode(
            device=device,
            serial=device.episodes,
            cause=cause,
            what=what,
            ground=ground,
            began_at=at,
            last_at=at,
            peak=value,
        )
        lead = self._leads.get(ground)
        if lead is not None and (lead.ended_at is None or joins(at, lead.ended_at, way.group_minutes)):
            episode.matter_id = lead.matter_id
            self._note(lead.matter_id, "device.join", device, value=value)
        else:
            self._report(episode, way)
        self.open[(device.pk, cause, what)] = episode
        self._fresh.append(episode)
        return episode

    def go_on(self, episode: Episode, at: datetime, value: float | None = None, *, times: int = 0) -> None:
        """Let an open episode last longer, with what was measured meanwhile."""
        episode.last_at = max(episode.last_at, at)
        if value is not None:
            episode.peak = value if episode.peak is None else self._further(episode, value)
        episode.times += times
        self._touch(episode)

    def end(self, device: Device, cause: Cause, what: str, at: datetime, value: float | None = None) -> None:
        """End the open episode, if there is one, and tell its matter; nothing is closed by it."""
        episode = self.open.pop((device.pk, cause, what), None)
        if episode is None:
            return
        episode.ended_at = max(at, episode.began_at)
        self._touch(episode)
        if episode.matter_id is not None:
            self._note(episode.matter_id, "device.clear", device, value=value)

    def save(self) -> None:
        """Write episodes, and the notes on the matters they belong to."""
        Episode.objects.bulk_create(self._fresh)
        if changed := list(self._touched.values()):
            run(UPDATE, [list(c) for c in zip(*((e.pk, e.last_at, e.ended_at, e.peak, e.times) for e in changed))])  # noqa: B905
        if not self._notes:
            return
        run(LOCK_MATTERS, [sorted({matter_id for matter_id, *_ in self._notes})])
        record_many(
            [
                Draft(kind, f"matter:{matter_id}", ref_of(device.pk), None, self._now, {"device": device.code, **facts})
                for matter_id, kind, device, facts in self._notes
            ]
        )

    def _note(self, matter_id: int | None, kind: str, device: Device, *, value: float | None) -> None:
        if matter_id is not None:
            facts = {} if value is None else {"value": f"{value:g}"}
            self._notes.append((matter_id, kind, device, facts))

    def _touch(self, episode: Episode) -> None:
        if episode.pk is not None:
            self._touched[episode.pk] = episode

    def _further(self, episode: Episode, value: float) -> float:
        limits = kinds.limits_for(episode.device.kind, episode.device.limits)
        is_low_bad = limits is not None and limits.raise_at < limits.clear_at
        return min(episode.peak, value) if is_low_bad else max(episode.peak, value)  # type: ignore[type-var]

    def _report(self, episode: Episode, way: Way) -> None:
        device, cause = episode.device, Cause(episode.cause)
        # what fell silent long ago is reported when it is noticed: nobody owes the hours before
        at = self._now if cause is Cause.SILENCE else min(episode.began_at, self._now)
        incoming = _incoming(episode, way, at)
        try:
            by = reporting(ref_of(device.pk))
            reported = matters.report(incoming, by=by, now=self._now, source=SOURCE)
        except Refused as refusal:  # it stays in the ledger for people to see; the reading is not lost by it
            episode.refused = refusal.code
            log.warning("device.unreported", device=device.code, cause=cause, code=refusal.code)
            return
        episode.matter_id, episode.leads = reported.id, True
        self._leads[episode.ground] = episode
        if way.confirm:
            matters.take(Act.VERIFY, matter_id=reported.id, by=SYSTEM, now=self._now)


def _incoming(episode: Episode, way: Way, at: datetime) -> Incoming:
    device, cause, what = episode.device, Cause(episode.cause), episode.what
    answers = {name: _answer(told, episode) for name, told in way.form.items()}
    if cause is Cause.FAULT:
        answers["fault"] = kinds.book().faults[Fault(what)]
    if cause in (Cause.FAULT, Cause.SILENCE):
        answers["device"] = device.code[:30]
    return Incoming(
        template=way.template,
        text=wording.text(device, cause, what, episode.began_at, episode.peak),
        title=wording.title(device, cause, what),
        place=device.place,
        lon=device.lon,
        lat=device.lat,
        form=answers,
        channel=Channel.SENSOR,
        source_key=f"{device.pk}:{episode.serial}",
        at=at,
        owner=device.owner_id if cause in (Cause.FAULT, Cause.SILENCE) else None,
    )


def _answer(told: Any, episode: Episode) -> Any:
    if told == "{value}":
        return episode.peak
    return episode.device.code[:30] if told == "{code}" else told
