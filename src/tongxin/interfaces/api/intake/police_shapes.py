"""What the police send of a dispute: one definition each, read by the decoder and by schema.json alike.

No shape has a field for who a party or an officer is, beside one contact for whoever settles it; a field nobody knows
is refused by its name. Source: domain.md §1 S2-12, §8.
"""

from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct

from tongxin.interfaces.api.v1.described import Moment, among, told
from tongxin.rules.alarms import Answering, Category, Result, Saying
from tongxin.rules.datum import Datum
from tongxin.rules.lifecycles.matter import TEXT_LIMIT

NUMBER_LIMIT, PLACE_LIMIT, STATION_LIMIT, NAME_LIMIT, PHONE_LIMIT = 40, 120, 40, 60, 40

Number = Annotated[
    Annotated[str, Meta(min_length=1, max_length=NUMBER_LIMIT)],
    told("公安警情编号，重发不变 | number of the alarm, the same when sent again", "J330802202611200417"),
]
Text = Annotated[str, Meta(min_length=1, max_length=TEXT_LIMIT)]


class Contact(Struct, kw_only=True, forbid_unknown_fields=True):
    """How to reach one party, for whoever settles it: sealed with the matter, gone thirty days after its end."""

    name: Annotated[str, Meta(max_length=NAME_LIMIT, description="称呼 | how to address them")] = ""
    phone: Annotated[str, Meta(max_length=PHONE_LIMIT, description="电话 | telephone")] = ""


class Raised(Struct, kw_only=True, forbid_unknown_fields=True):
    """alarm.raised: one incident."""

    number: Number
    category: Annotated[Category, among(Category, "纠纷类别 | what it is about")]
    text: Annotated[Text, told("简要案情，不写身份信息 | what happened, naming nobody", "两户因院墙界址争执。")]
    at: Annotated[Moment, told("报警时刻 | when the police were called", "2026-11-20T15:30:00+08:00")]
    place: Annotated[str, Meta(max_length=PLACE_LIMIT, description="地点 | place")] = ""
    lon: Annotated[float | None, told("经度 | longitude", 118.865)] = None
    lat: Annotated[float | None, told("纬度 | latitude", 28.945)] = None
    datum: Annotated[Datum, among(Datum, "坐标系 | datum")] = Datum.WGS84
    area: Annotated[str, Meta(max_length=17, description="没有坐标时：区划或网格编码 | code of the area")] = ""
    station: Annotated[
        str, Meta(max_length=STATION_LIMIT, description="处警单位编码 | code of the unit attending, no officer")
    ] = ""
    is_hurt: Annotated[bool, told("是否有人受伤 | whether anybody is hurt")] = False
    has_weapon: Annotated[bool, told("是否涉及器械 | whether there is a weapon")] = False
    is_minor_concerned: Annotated[bool | None, told("是否涉未成年人 | whether a child is concerned")] = None
    contact: Annotated[Contact | None, told("一方当事人的联系方式 | contact of one party at most")] = None


class Corrected(Struct, kw_only=True, forbid_unknown_fields=True):
    """alarm.corrected: what stands otherwise; what is left out stays."""

    number: Number
    text: Annotated[Text | None, told("更正后的案情 | the words as they should be")] = None
    is_hurt: Annotated[bool | None, told("是否有人受伤 | whether anybody is hurt")] = None
    has_weapon: Annotated[bool | None, told("是否涉及器械 | whether there is a weapon")] = None
    contact: Annotated[Contact | None, told("一方当事人的联系方式 | contact of one party at most")] = None


class Withdrawn(Struct, kw_only=True, forbid_unknown_fields=True):
    """alarm.withdrawn: taken back; the matter stays, and its desk reads why."""

    number: Number
    reason: Annotated[str, Meta(max_length=200, description="原因 | why")] = ""


Stations = Annotated[Literal["attending", "responsible"], told("哪一路 | which of the two pushes")]


class Acknowledged(Struct, kw_only=True, forbid_unknown_fields=True):
    """alarm.acknowledged: a station has it."""

    number: Number
    to: Stations


class FedBack(Struct, kw_only=True, forbid_unknown_fields=True):
    """alarm.feedback: what came of it at a station."""

    number: Number
    to: Stations
    result: Annotated[Result, among(Result, "结果 | what came of it")]


class Message(Struct, kw_only=True, forbid_unknown_fields=True):
    """Every message, in an envelope of Standard Webhooks."""

    type: Annotated[Saying, among(Saying, "消息 | what is said")]
    timestamp: Moment
    data: Raw


SHAPES: dict[Saying, type[Struct]] = {
    Saying.RAISED: Raised,
    Saying.CORRECTED: Corrected,
    Saying.WITHDRAWN: Withdrawn,
    Saying.ACKNOWLEDGED: Acknowledged,
    Saying.FED_BACK: FedBack,
}
ANSWERINGS = {Saying.ACKNOWLEDGED: Answering.ACKNOWLEDGE, Saying.FED_BACK: Answering.FEED_BACK}
