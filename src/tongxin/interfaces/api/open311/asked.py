"""What openapi.json says of what is sent: parameters of addresses and fields of forms, as the handlers read them.

An empty parameter is an absent one, so every pattern lets nothing through, too.
"""

from typing import Any

from tongxin.interfaces.api.open311.door import PHOTOS_MOST
from tongxin.interfaces.api.open311.params import MOST_LISTED
from tongxin.interfaces.api.open311.reading import DEEPEST, MOST, WINDOW
from tongxin.interfaces.api.open311.reporting import KEY_MOST, LINK_LENGTH, LINKS_MOST, TEXT_MOST
from tongxin.interfaces.api.open311.statuses import Status
from tongxin.interfaces.api.v1.described import PLAIN, WORDS

Schema = dict[str, Any]
DAYS = WINDOW.days
TIME = r"[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+ -](0[0-9]|1[0-4]):?[0-5][0-9])?"
DAY = "(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31"
MOMENT = rf"^\s*((19[7-9][0-9]|20[0-9]{{2}}|21[0-9]{{2}})-({DAY})({TIME})?)?\s*$"
ADDRESS = rf"^\s*(https?://[^\s\x00-\x20/]+[^\s\x00-\x20]{{0,{LINK_LENGTH}}})?\s*$"
EITHER = r"[Oo][Pp][Ee][Nn]|[Cc][Ll][Oo][Ss][Ee][Dd]"


def _text(description: str, *examples: object, pattern: str = PLAIN, **more: Any) -> Schema:
    told = {"type": "string", "description": description, "pattern": pattern, **more}
    return told | ({"examples": list(examples)} if examples else {})


def _told(description: str, example: float) -> Schema:
    """Say what a number is; a text that says nothing may stand in its place."""
    return {"pattern": r"^\s*$", "description": description, "examples": [example]}


def _whole(description: str, most: int, example: int) -> Schema:
    return {"type": ["integer", "string"], "minimum": 1, "maximum": most, **_told(description, example)}


def _moment(description: str) -> Schema:
    return _text(f"{description} (ISO 8601)", "2026-11-20T15:42:00+08:00", pattern=MOMENT)


def _degrees(description: str, most: int, example: float) -> Schema:
    return {"type": ["number", "string"], "minimum": -most, "maximum": most, **_told(description, example)}


UNKEPT = _text("不保存 | not kept")
JURISDICTION = _text("城市；可不填 | the city; may be left out")
KEY = _text("接口密钥，也可写在地址里 | API key, which may stand in the address instead")
CODES = _text(f"事项模板代码，逗号分隔，最多 {MOST_LISTED} 个 | codes of services, with commas", "C02,D02")
NUMBERS = _text(f"事项编号，逗号分隔，最多 {MOST_LISTED} 个 | numbers, with commas", "KC261120-0417")
PAGES = {
    "page": _whole(f"第几页；最深 {DEEPEST} 行 | page, as deep as {DEEPEST} rows", DEEPEST, 1),
    "page_size": _whole("每页多少 | rows of a page", MOST, 100),
}
LISTS: dict[str, Schema] = {
    "service_request_id": NUMBERS
    | {"description": f"{NUMBERS['description']}；有它则不看其他条件 | leaves all else aside"},
    "service_code": CODES,
    "start_date": _moment(f"上报不早于；与 end_date 最多相隔 {DAYS} 天 | reported from; {DAYS} days at most"),
    "end_date": _moment("上报不晚于 | reported until"),
    "updated_after": _moment(f"变化不早于；与 updated_before 最多相隔 {DAYS} 天 | changed from; {DAYS} days at most"),
    "updated_before": _moment("变化不晚于 | changed until"),
    "status": _text("在办、办结，逗号分隔 | open or closed, or both", "open", pattern=rf"^[\s,]*(({EITHER})[\s,]*)?$"),
    **PAGES,
}
HAPPENED: dict[str, Schema] = {
    "start_date": _moment(
        f"不早于；与 end_date 都填或都不填，最多相隔 {DAYS} 天 | from; both or neither, {DAYS} days at most"
    ),
    "end_date": _moment("不晚于 | until"),
    "service_request_id": NUMBERS,
    **PAGES,
}
LINKS: Schema = {
    "type": "array",
    "maxItems": LINKS_MOST,
    "items": _text(
        "照片链接，写下而不取 | link to a photo: written down, never fetched", pattern=ADDRESS, maxLength=LINK_LENGTH
    ),
    "description": "照片链接，可重复 | links to photos; may be repeated",
    "examples": [["https://partner.example/photo.jpg"]],
}
PHOTOS: Schema = {
    "type": "array",
    "maxItems": PHOTOS_MOST,
    "items": {"type": "string", "format": "binary"},
    "description": "照片：JPEG、PNG、WEBP；字段名随意 | photos, under any name",
}
PEOPLE: dict[str, Schema] = {
    "first_name": _text("反映人的名 | first name of the reporter", maxLength=30),
    "last_name": _text("反映人的姓 | last name", maxLength=29),
    "phone": _text(
        "反映人电话，读取时隐去 | telephone of the reporter, masked as everywhere", "13800000000", maxLength=40
    ),
    **dict.fromkeys(("email", "device_id", "account_id"), UNKEPT),
}
TEXT = _text(
    "情况，纯文本 | what is the matter, without markup", "菜场东门垃圾桶旁边堆了好多垃圾。", maxLength=TEXT_MOST
)
REPORT: dict[str, Schema] = {
    "service_code": _text("事项模板代码 | code of the service", "C02", pattern=r"^\s*[A-Za-z0-9_-]{1,40}\s*$"),
    "lat": _degrees("纬度，WGS-84 | latitude", 90, 28.945),
    "long": _degrees("经度，WGS-84 | longitude", 180, 118.865),
    "address_id": _text("区划或网格编码 | code of a town, village or grid", "330802001001"),
    "address_string": _text(
        "写得出一个镇街、村社或网格的地点 | words that name one town, village or grid", "荷花街道松园社区"
    ),
    "description": TEXT,
    "media_url": LINKS,
    **PEOPLE,
    "api_key": KEY,
    "jurisdiction_id": JURISDICTION,
}
ANSWERS: dict[str, Schema] = {
    r"^attribute\[[^\[\]]{1,80}\](\[[0-9]*\])?$": {
        "description": "服务定义里的问题；可重复或写作 attribute[code][] | an answer; may be repeated",
    }
}
SAID: dict[str, Schema] = {
    "service_request_id": _text("事项编号 | number of the request", "KC261120-0417", pattern=WORDS),
    "update_id": _text("对方的编号，重发不变 | the sender's own id", "417", pattern=WORDS, maxLength=KEY_MOST),
    "status": _text(
        "对方的状态，写在文字旁，不改变事项 | the sender's status: written beside the words, no step is taken",
        "OPEN",
        pattern="^({})$".format(
            "|".join("".join(f"[{c}{c.lower()}]" if c != "_" else c for c in each) for each in Status)
        ),
    ),
    "updated_datetime": _moment("对方的时刻 | the sender's moment") | {"pattern": MOMENT.replace(")?\\s*$", ")\\s*$")},
    "description": TEXT | {"pattern": WORDS},
    "media_url": LINKS,
    **dict.fromkeys((*PEOPLE, "title"), UNKEPT),
    "api_key": KEY,
    "jurisdiction_id": JURISDICTION,
}
