"""走访: calls at places, not files on persons: a building, a shop, a site, what was asked and what came of it.

Source: domain.md §1 S0-15, S2-20, S4-14; §8 (no table of residents, no names, no telephones).
"""

import re
from datetime import date, datetime, timedelta
from enum import StrEnum

from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.patrols import GridDuty
from tongxin.rules.working_time import SHANGHAI

PLACE_LIMIT, NOTE_LIMIT = 60, 300
AHEAD = timedelta(days=366)  # how far ahead the next visit may be set
KEPT = timedelta(days=730)  # how long the words of a visit are kept; its counts stay. Design default
# a mobile or landline number, an identity number: what would make a note a file on somebody
PERSONAL = re.compile(r"(?<!\d)(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\d{17}[\dXx]|\d{15})(?!\d)")


class PlaceKind(StrEnum):
    """What kind of place was visited."""

    BUILDING = "building"  # 居民楼院
    SHOP = "shop"  # 沿街商铺
    SITE = "site"  # 在建工地
    COMPANY = "company"  # 企业厂房
    RENTAL = "rental"  # 出租房屋
    SCHOOL = "school"  # 学校医院
    PUBLIC = "public"  # 公共场所


class Purpose(StrEnum):
    """Why a place was visited."""

    NEEDS = "needs"  # 听取需求
    SAFETY = "safety"  # 安全检查
    PREVENTION = "prevention"  # 防诈防盗
    POLICY = "policy"  # 政策宣传
    DISPUTE = "dispute"  # 矛盾排查
    SERVICE = "service"  # 代办服务
    INFORMATION = "information"  # 场所信息核对


DUTY_OF = {
    Purpose.NEEDS: GridDuty.OPINION,
    Purpose.SAFETY: GridDuty.SAFETY,
    Purpose.PREVENTION: GridDuty.PUBLICITY,
    Purpose.POLICY: GridDuty.PUBLICITY,
    Purpose.DISPUTE: GridDuty.DISPUTES,
    Purpose.SERVICE: GridDuty.SERVICE,
    Purpose.INFORMATION: GridDuty.INFORMATION,
}


class Outcome(StrEnum):
    """What came of a visit."""

    NOTHING = "nothing"  # 无需办理
    ANSWERED = "answered"  # 当场答复
    REPORTED = "reported"  # 已上报事项
    ABSENT = "absent"  # 无人，改日再访


def check(
    *, place: str, asked: str, answered: str, outcome: Outcome, has_matter: bool, next_on: date | None, at: datetime
) -> None:
    """Raise Invalid or Refused unless a visit may be kept as told."""
    if not place.strip() or len(place) > PLACE_LIMIT:
        raise Invalid("visit.place", most=PLACE_LIMIT)
    if max(len(asked), len(answered)) > NOTE_LIMIT:
        raise Invalid("visit.long", most=NOTE_LIMIT)
    if any(PERSONAL.search(text) for text in (place, asked, answered)):
        raise Invalid("visit.personal")
    if outcome is Outcome.ANSWERED and not (asked.strip() and answered.strip()):
        raise Refused("visit.unanswered")
    if outcome is Outcome.REPORTED and not has_matter:
        raise Refused("visit.no_matter")
    today = at.astimezone(SHANGHAI).date()
    if next_on is not None and not today < next_on <= today + AHEAD:
        raise Invalid("visit.next_on", days=AHEAD.days)
