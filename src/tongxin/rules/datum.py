"""Datum shifts: everything inside is WGS-84; what other maps call longitude and latitude is converted at the edge."""

from enum import StrEnum
from math import atan2, cos, hypot, pi, radians, sin, sqrt

AXIS = 6_378_245.0  # meters; Krasovsky 1940, on which GCJ-02 is computed
ECCENTRICITY = 0.00669342162296594323  # squared
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271  # beyond this box GCJ-02 shifts nothing
EXACT = 1e-10  # degrees, some 0.01 mm
ROUNDS = 20  # each round brings the inverse at least 40 times nearer


class Datum(StrEnum):
    """What a longitude and a latitude refer to. Source: domain.md §6."""

    WGS84 = "wgs84"  # GPS
    GCJ02 = "gcj02"  # 高德, 腾讯
    BD09 = "bd09"  # 百度
    CGCS2000 = "cgcs2000"  # the national frame: WGS-84 within decimeters, taken as equal


def from_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """Return the point as that datum writes it, in degrees."""
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return lon, lat
    lon, lat = _gcj02(lon, lat)
    return (lon, lat) if datum is Datum.GCJ02 else _bd09(lon, lat)


def to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """Return the WGS-84 point that `from_wgs84` maps to this one, in degrees, within a millimetre.

    Both shifts are nearly constant over their own length, so that walking back by what is left over converges.
    """
    wgs_lon, wgs_lat = lon, lat
    for _ in range(ROUNDS):
        there_lon, there_lat = from_wgs84(wgs_lon, wgs_lat, datum)
        wgs_lon, wgs_lat = wgs_lon + lon - there_lon, wgs_lat + lat - there_lat
        if abs(lon - there_lon) < EXACT and abs(lat - there_lat) < EXACT:
            break
    return wgs_lon, wgs_lat


def _gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Source: the published polynomial of the shift, as in PyPI coord-convert 0.2.1."""
    if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):
        return lon, lat
    x, y = lon - 105, lat - 35
    ripple = 20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple * 2 / 3
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi) + 160 * sin(y / 12 * pi) + 320 * sin(y / 30 * pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple * 2 / 3
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi) + 150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    magic = 1 - ECCENTRICITY * sin(radians(lat)) ** 2
    meridian, parallel = AXIS * (1 - ECCENTRICITY) / magic**1.5, AXIS / sqrt(magic) * cos(radians(lat))  # radii, m
    return lon + east * 180 / (parallel * pi), lat + north * 180 / (meridian * pi)


def _bd09(lon: float, lat: float) -> tuple[float, float]:
    """Return a GCJ-02 point in BD-09."""
    far = hypot(lon, lat) + 0.00002 * sin(lat * pi * 3000 / 180)
    turn = atan2(lat, lon) + 0.000003 * cos(lon * pi * 3000 / 180)
    return far * cos(turn) + 0.0065, far * sin(turn) + 0.006
