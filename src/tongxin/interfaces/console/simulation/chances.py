"""How likely what is: our picture of a city's half year, in one place. Assumptions of ours, none of them measured.

A string of digits is a profile: twelve for January to December, twenty-four for the hours of a day.
"""

from collections.abc import Mapping
from functools import cache

from tongxin.rules.channels import Channel
from tongxin.rules.lifecycles.matter import State


def _codes(text: str) -> list[str]:
    return text.split()


# --- what is reported ------------------------------------------------------------------------------------

# busiest first; each is somewhat rarer than the one before (Zipf), the other templates come by their class below
POPULAR = _codes(
    "C02 C19 C22 B04 D02 B03 D07 A01 C17 C20 D13 C16 C09 D06 E01 A05 C12 C04 C07 B01 F11 C21 E13 D01 F10 C05 D08 "
    "C23 F06 A09 C03 C01 F07 D12 F13 C13 I07 A06 F14 E04 D14 I10 F12 E05"
)
MOST, SLOPE = 10.0, 0.8
BY_CLASS = {"A": 0.35, "B": 0.4, "C": 0.5, "D": 0.4, "E": 0.3, "F": 0.4, "G": 0.25, "H": 0.12, "I": 0.3}
RARE = {"A13": 0.06, "H12": 0.06, "I09": 0.06}  # sealed to so few that they go slowly

SEASONS = {
    "A06": "965333334579",  # wages are asked for before the New Year
    "B03": "555556789755",  # charging in hallways, in the heat above all
    "B11": "992221111225",
    "B20": "333467986543",
    "B22": "111236998411",
    "C04": "555544445788",
    "C06": "443322223678",
    "C13": "444444555776",
    "C21": "222458998531",
    "C22": "444568998654",
    "D14": "111235897311",
    "E01": "333567987543",
    "E02": "112357998421",
    "E04": "000034102992",  # straw after the two harvests
    "E09": "111357765421",
    "F01": "222345986322",
    "F02": "333346999422",
    "F03": "998421111369",
    "F11": "333446985433",
    "H02": "001359986200",
    "H03": "001369985100",
    "H04": "001368986200",
    "H05": "000013799200",
    "H06": "982000000015",
    "H07": "678851112456",
}

URBAN_SHARE = 0.62
RURAL = frozenset(_codes("A03 A04 B17 B22 C24 E04 E07 E08 E09 E11 E12 F14 H03 H04 H07 I01 I02 I03 I04 I05 I07 I08"))
TOWNSHIP = frozenset(_codes("A05 B15 C10 C16 C17 C18 C19 C20 C21 C22 D09 D11 F13 G05 G07"))
RURAL_SHARE, TOWN_SHARE = 0.12, 0.85

# --- who reports, and when -------------------------------------------------------------------------------

CHANNELS = {
    Channel.GRID: 55,
    Channel.RESIDENT: 20,
    Channel.HOTLINE: 15,
    Channel.DEPARTMENT: 3,
    Channel.POLICE: 2,
    Channel.SENSOR: 2,
    Channel.PARTNER: 1,
    Channel.PAPER: 2,
}
KNOWN_TO_THE_GRID = 0.75  # of calls about what the grid reported of late, so many mean that very place
ON_REST_DAYS = {Channel.GRID: 0.45, Channel.DEPARTMENT: 0.1, Channel.PAPER: 0.1}
REST_DAY = 0.6  # how much a rest day brings of a working day's reports
ONLY = {  # what these doors bring at all: codes or their beginnings
    Channel.SENSOR: ("B02", "C06", "C13", "D01", "E02", "E04", "H02", "H03", "H04", "H07"),
    Channel.POLICE: ("A01", "A02", "A08", "A10", "A11", "A15", "G", "H01", "H12"),
    Channel.PARTNER: ("E", "F01", "F02", "F03", "D09"),
}
LEANING = {  # classes that these doors bring more often than others
    Channel.GRID: ("BCDE", 1.4),
    Channel.RESIDENT: ("CDF", 1.3),
    Channel.HOTLINE: ("AFG", 1.6),
    Channel.PAPER: ("AI", 4.0),
}
HOURS = {
    Channel.GRID: "000000148998434899742110",
    Channel.RESIDENT: "210001345666554566788753",
    Channel.HOTLINE: "211112579998667888776543",
    Channel.DEPARTMENT: "000000026997226876200000",
    Channel.POLICE: "543211234455444556789986",
    Channel.SENSOR: "444444555555555555555444",
    Channel.PARTNER: "222222456777567776543322",
    Channel.PAPER: "000000027985126875100000",
}
LEAVES_CONTACT = {Channel.RESIDENT: 0.6, Channel.HOTLINE: 0.9, Channel.PAPER: 0.8}

# --- where -----------------------------------------------------------------------------------------------

SPREAD = 1.1  # of grids, log-normal: a few carry much
SPECIAL_GRID = 1.6  # markets, parks and office blocks against an ordinary grid
HOME_SHARE = 0.05  # of all reports: the home town is a hot spot

# --- how it goes on --------------------------------------------------------------------------------------

CHANCE: Mapping[str, float] = {
    "settle": 0.6,  # of what a grid worker finds and may settle on the spot
    "transfer": 0.6,  # of what belongs to 110 or 119 and still came here
    "refuse": 0.02,
    "verify": 0.1,  # of what others than grid workers report
    "deny": 0.12,
    "void": 0.007,
    "decline": 0.005,
    "misdispatch": 0.04,
    "return": 0.85,  # of what went to the wrong unit; the others do it all the same
    "sign_first": 0.4,
    "recall": 0.015,
    "progress": 0.1,
    "redo": 0.03,
    "rework": 0.03,
    "rework_late": 0.006,
    "special": 0.004,
    "mistake": 0.002,
    "reopen": 0.012,
    "reinstate": 0.04,
    "stuck": 0.02,  # takes many times its limit
    "joint": 0.02,
    "extend": 0.03,
    "hold": 0.008,
    "whistle": 0.004,
    "not_reached": 0.15,
}
# of a clock's counted time, log-normal: (median, spread)
PACE = {
    State.AWAITING_ACCEPTANCE: (0.33, 0.6),
    State.VERIFYING: (0.4, 0.6),
    State.AWAITING_FILING: (0.3, 0.6),
    State.AWAITING_DISPATCH: (0.3, 0.6),
    State.AWAITING_SIGNATURE: (0.35, 0.6),
    State.HANDLING: (0.42, 0.45),
    State.AWAITING_REVIEW: (0.3, 0.5),
    State.AWAITING_CHECK: (0.28, 0.5),
    State.AWAITING_CLOSING: (0.28, 0.5),
}
UNIT_SPREAD = 0.22  # of units among themselves, log-normal
SLOW_UNITS, SLOWER = 0.08, 1.8  # some are slow for good
STUCK_TIMES = (6.0, 40.0)
LONG_LIMIT_DAYS = 5  # from here on progress is noted (domain.md §3.1 row 9)


@cache
def weights(digits: str) -> tuple[float, ...]:
    """Return a profile as numbers of mean 1."""
    mean = sum(map(int, digits)) / len(digits)
    return tuple(int(digit) / mean for digit in digits)


def popularity(code: str) -> float:
    """Return how often a template comes, before seasons."""
    if code in POPULAR:
        return MOST / (POPULAR.index(code) + 1) ** SLOPE
    return RARE.get(code) or BY_CLASS.get(code[:1], min(BY_CLASS.values()))


def affinity(code: str, channel: Channel) -> float:
    """Return how much more or less often this door brings this template."""
    if only := ONLY.get(channel):
        return float(code.startswith(only))
    classes, factor = LEANING.get(channel, ("", 1.0))
    return factor if code[:1] in classes else 1.0
