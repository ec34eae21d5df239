"""Sensors of the demonstration city: three hundred of all kinds, a day of readings, some silent, one flood."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from tongxin.apps.areas.models import Area
from tongxin.apps.devices import actions
from tongxin.apps.devices.actions import Message
from tongxin.apps.devices.actions.ledger import Described
from tongxin.apps.people.queries import offices
from tongxin.interfaces.console.simulation.weather import Storm
from tongxin.rules.area_codes import Level
from tongxin.rules.devices import DeviceKind, Fault, Sighting, Tidings
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.routing import nearest
from tongxin.rules.units import UnitKind

MANY = 300
SILENT = 7  # devices that nobody has heard of for long
EVERY = timedelta(minutes=30)  # between two readings of a day
K, U = DeviceKind, UnitKind
KINDS = (  # kind, how many of a hundred, who owns it, its letters, where it stands
    (K.WATER_LEVEL, 14, U.MUNICIPAL, "WL", "低洼路段"),
    (K.SMOKE, 16, U.FIRE, "SM", "沿街商铺"),
    (K.GAS, 10, U.GAS_SUPPLY, "GS", "餐饮后厨"),
    (K.MANHOLE, 14, U.MUNICIPAL, "MH", "人行道井盖"),
    (K.LAMP, 14, U.MUNICIPAL, "LP", "路灯回路"),
    (K.DUMPING_CAMERA, 6, U.ENVIRONMENT, "DC", "垃圾易倾倒点"),
    (K.RIVER_CAMERA, 6, U.WATER, "RC", "河道断面"),
    (K.LOOKOUT, 2, U.EMERGENCY, "LK", "高点"),
    (K.CAMERA, 12, U.POLICE, "VC", "公共视频点位"),
    (K.GATE, 6, U.DESK_SAFETY, "GT", "小区出入口"),
)


def furnish(*, home: str, seed: int, now: datetime) -> None:
    """Enter the devices and let them speak; `home` is the town most of them stand in. Under three seconds."""
    rng = Random(seed)
    described = list(_described(home, rng))
    actions.enter_many(described, by=SYSTEM, now=now - timedelta(days=30))
    silent = {each.code for each in described if each.kind in (K.CAMERA, K.GATE, K.LAMP)}
    silent = set(sorted(silent)[:SILENT])
    _greet([each for each in described if each.code in silent], now - timedelta(days=2))
    _greet([each for each in described if each.code not in silent], now)
    _measure([each for each in described if each.kind == K.WATER_LEVEL], rng, now)
    actions.watch_silence(by=SYSTEM, now=now)
    _happen(described, now)


def _described(home: str, rng: Random) -> Sequence[Described]:
    grids = list(
        Area.objects.filter(level=Level.GRID, lon__isnull=False).order_by("code").values("code", "name", "lon", "lat")
    )
    near = [grid for grid in grids if grid["code"].startswith(home)] or grids
    found = []
    for kind, share, owner, letters, spot in KINDS:
        for n in range(MANY * share // 100):
            grid = near[n % len(near)] if n % 2 == 0 else rng.choice(grids)
            unit = nearest(owner, grid["code"], offices()) or nearest(U.COMMAND_ROOM, grid["code"], offices())
            if unit is None:
                continue
            place = f"{grid['name']}{spot}"
            found.append(Described(f"{letters}-{n + 1:04}", kind, unit[0], grid["lon"], grid["lat"], place))
    return found


def _greet(described: Sequence[Described], at: datetime) -> None:
    actions.take_in([Message(each.code, Tidings.HEARTBEAT, at) for each in described], by=SYSTEM, now=at)


def _measure(described: Sequence[Described], rng: Random, now: datetime) -> None:
    """Let the water sensors tell a rainy day: what is older than half an hour is history and raises nothing."""
    batch = []
    for each in described:
        depth, peak = rng.uniform(0, 4), rng.uniform(6, 14)
        for n in range(int(timedelta(hours=24) / EVERY), 1, -1):
            rain = peak if 14 <= n <= 20 else 0.0
            depth = max(0.0, depth + rng.uniform(-1.5, 1.5) + (rain - depth) * 0.3)
            batch.append(Message(each.code, Tidings.READING, now - EVERY * n, n, round(depth, 1)))
    for start in range(0, len(batch), 1000):
        actions.take_in(batch[start : start + 1000], by=SYSTEM, now=now)


def _happen(described: Sequence[Described], now: datetime) -> None:
    """A flood at three sensors of one grid, something dumped, a battery that is low."""
    water = [each for each in described if each.kind == K.WATER_LEVEL]
    first = water[0]
    flooded = [
        Described(f"WL-9{n}", K.WATER_LEVEL, first.owner_id, first.lon, first.lat, f"{first.place} {n} 号")
        for n in (1, 2)
    ]
    actions.enter_many(flooded, by=SYSTEM, now=now)
    grounds = {each.code: first.place for each in (first, *flooded)}
    storm = Storm(grounds, floods=3, spikes=0, readings=20, start=now - timedelta(minutes=7))
    actions.take_in(list(storm.messages()), by=SYSTEM, now=now)
    camera = next(each for each in described if each.kind == K.DUMPING_CAMERA)
    gate = [each for each in described if each.kind == K.GATE][-1]
    told = [
        Message(camera.code, Tidings.SIGHTING, now - timedelta(minutes=3), what=Sighting.DUMPING),
        Message(gate.code, Tidings.FAULT, now - timedelta(minutes=20), what=Fault.DOOR),
    ]
    actions.take_in(told, by=SYSTEM, now=now)
