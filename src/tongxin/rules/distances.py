"""How far two points lie apart on the ground."""

from math import cos, hypot, radians

METERS_A_DEGREE = 111_195.0  # of a great circle of the mean earth (6,371,009 m, IUGG)


def meters_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return the distance of two points in WGS-84 degrees, taken as flat: within 0.5 % over a county."""
    east = (other_lon - lon) * cos(radians((lat + other_lat) / 2))
    return hypot(east, other_lat - lat) * METERS_A_DEGREE
