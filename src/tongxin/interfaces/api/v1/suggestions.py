"""What a text suggests: kinds with reasons and units, matters that may be the same, places. Nothing is kept."""

from typing import Annotated, Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Router

from tongxin.apps.areas.queries import names
from tongxin.apps.matters.suggesting import queries
from tongxin.apps.matters.suggesting.gazetteer import Place
from tongxin.apps.matters.suggesting.likeness import Near
from tongxin.apps.matters.suggesting.queries import Kind
from tongxin.apps.matters.suggesting.serving import Basis
from tongxin.interfaces.api.v1 import bodies, intake, shapes, showing
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import AREA, DATUM, LAT, LON, POINT_BOTH, WORDS, Moment, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.rules.channels import Channel
from tongxin.rules.datum import Datum, to_wgs84
from tongxin.rules.errors import Invalid
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, State
from tongxin.rules.likeness import Likeness
from tongxin.rules.permissions import Permission, require

router = Router()

Span = Annotated[list[int], Meta(min_length=2, max_length=2)]


class Telling(Said):
    """A text somebody is about to report, and where, as far as one knows."""

    BESIDES: ClassVar[dict[str, Any]] = POINT_BOTH

    text: Annotated[
        str,
        told(
            "发生了什么，最多 2000 字 | what happened, 2000 characters at most",
            "松园社区菜场门口路灯不亮",
            maxLength=TEXT_LIMIT,
            pattern=WORDS,
        ),
    ]
    lon: Annotated[float | None, told("经度，度；与 lat 一起填 | longitude, degrees; with lat", 118.865, **LON)] = None
    lat: Annotated[float | None, told("纬度，度 | latitude, degrees", 28.945, **LAT)] = None
    crs: Annotated[str, told("坐标系，同上报 | datum, as in reports", "gcj02", pattern=DATUM)] = Datum.WGS84.value
    area: Annotated[
        str, told("区域编码，没有坐标时用 | area, where no point is known", "330802007008", pattern=AREA)
    ] = ""
    template: Annotated[
        str, told("已选的模板，用于比较附近的事项 | the template chosen already, to compare neighbors with", "D02")
    ] = ""
    channel: Annotated[Channel, among(Channel, "来源渠道，影响派单 | where it came from; routing may ask")] = (
        Channel.PARTNER
    )


class SuggestedUnit(shapes.UnitRef, kw_only=True):
    """The unit the rules name for a kind here."""

    rule: Annotated[
        str | None, told("依据的派单规则；null 为就近的指挥室 | the rule; null: the nearest command room", "D02-1")
    ]


class SuggestedKind(Struct, kw_only=True):
    """A kind the text may be of, and why."""

    template: Annotated[shapes.TemplateRef, told("事项模板 | template")]
    likeness: Annotated[Likeness, among(Likeness, "多像 | how like")]
    words: Annotated[list[str], told("原文里的依据，最多三处 | words of the text that speak for it", ["路灯", "不亮"])]
    spans: Annotated[list[Span], told("它们的起止，按字计 | where they stand, in characters, half-open", [[8, 10]])]
    unit: Annotated[
        SuggestedUnit | None, told("按规则承办的单位；地点不明为 null | the unit; null where the place is unknown")
    ]
    learnt: Annotated[int, told("学过的这类事项件数 | matters of this kind it learnt from", 1203)]
    alike: Annotated[int, told("此处近 30 天相近描述的件数 | told alike here in the last 30 days", 6)]
    as_this: Annotated[int, told("其中定为这类的件数 | of these, taken as this kind", 5)]


class NearMatter(Struct, kw_only=True):
    """A matter that may be the same, and why. Only what the key may see."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    title: Annotated[str, told("标题 | title", "菜场路灯不亮")]
    template: Annotated[shapes.TemplateRef, told("事项模板 | template")]
    state: Annotated[State, among(State, "状态 | state")]
    likeness: Annotated[Likeness, among(Likeness, "多像 | how like")]
    metres: Annotated[float | None, told("相距米数；没有坐标为 null | metres away; null without a point", 38.0)]
    hours: Annotated[float, told("相隔小时数 | hours apart", 3.5)]
    words: Annotated[list[str], told("两处都有的词 | words both texts have", ["路灯"])]
    reported_at: Annotated[Moment, told("上报时刻 | when it was reported")]
    href: Annotated[str, told("事项地址 | address of the matter", "/api/v1/matters/KC261120-0417")]


class NamedPlace(Struct, kw_only=True):
    """An area the text names; several where nothing tells areas of one name apart."""

    said: Annotated[str, told("原文写法 | as it is written", "松园社区")]
    span: Annotated[Span, told("起止，按字计 | where it stands, in characters, half-open", [0, 4])]
    areas: Annotated[list[shapes.AreaRef], told("可能的区域 | the areas it may mean")]


class Suggested(Struct, kw_only=True):
    """Everything a text suggests, for a person to confirm."""

    basis: Annotated[
        Basis,
        told(
            "依据：trained 本市事项，keywords 模板关键词，off 已关闭 | what it rests on: the city's own matters, the "
            "templates' keywords, or switched off",
            "trained",
        ),
    ]
    area: Annotated[shapes.AreaRef | None, told("所在区域，按坐标或原文 | the area, by the point or by the text")]
    kinds: Annotated[
        list[SuggestedKind], told("可能的类别，最多三个；没有把握则为空 | kinds, at most three; none where unsure")
    ]
    near: Annotated[list[NearMatter], told("可能是同一件的事项 | matters that may be the same")]
    places: Annotated[list[NamedPlace], told("原文提到的地方 | places the text names")]


SHAPES = (Telling, Suggested)


@router.post(
    "/suggestions",
    operation_id="suggest",
    summary="一段文字的建议 | What a text suggests",
    openapi_extra=documented({200: Suggested}, 400, 403, 413, 422, body=ref(Telling), tag="matters"),
)
def suggest(request: HttpRequest) -> HttpResponse:
    """类别、承办单位、可能重复的事项、提到的地方，各附理由。只供人确认：不写入任何内容，文字不保存；没有把握就不给。

    Kinds, units, near duplicates and places, each with its reasons, for a person to confirm. Nothing is written and the
    text is not kept; what is not sure is not told.
    """
    said = bodies.read(bodies.body_of(request), Telling)
    actor = request.auth.actor
    require(actor, Permission.REPORT)
    _check(said)
    lon, lat = _point(said)
    found = queries.suggest(
        actor, said.text, lon, lat, timezone.now(), area=said.area, template=said.template, channel=said.channel
    )
    request.noted = {"basis": found.basis, "shares": {kind.code: round(kind.share, 3) for kind in found.kinds}}
    shown = Suggested(
        basis=found.basis,
        area=showing.area(found.area) if found.area else None,
        kinds=[_kind(kind) for kind in found.kinds],
        near=[_near(near) for near in found.near],
        places=[_place(place) for place in found.places],
    )
    return showing.answer(shown)


def _check(said: Telling) -> None:
    if not said.text.strip():
        raise Invalid("report.no_text")
    if len(said.text) > TEXT_LIMIT:
        raise Invalid("report.too_long", field="text", limit=TEXT_LIMIT, found=len(said.text))
    intake.datum_of(said.crs)
    if said.area and said.area not in names():
        raise Invalid("area.unknown", area=said.area[:20])


def _point(said: Telling) -> tuple[float | None, float | None]:
    """Return the point in WGS-84. Raises Invalid where it is half of one, or none on Earth."""
    if (said.lon is None) != (said.lat is None):
        raise Invalid("point.half")
    if said.lon is None or said.lat is None:
        return None, None
    if not (-180 <= said.lon <= 180 and -90 <= said.lat <= 90):
        raise Invalid("point.invalid", lon=said.lon, lat=said.lat)
    return to_wgs84(said.lon, said.lat, intake.datum_of(said.crs))


def _kind(kind: Kind) -> SuggestedKind:
    named = showing.unit(kind.unit.id) if kind.unit else None
    return SuggestedKind(
        template=showing.template(kind.code),
        likeness=kind.likeness,
        words=list(kind.words),
        spans=[list(each) for each in kind.spans],
        unit=SuggestedUnit(id=named.id, code=named.code, name=named.name, rule=kind.unit.rule)
        if named and kind.unit
        else None,
        learnt=kind.learnt,
        alike=kind.alike,
        as_this=kind.as_this,
    )


def _near(near: Near) -> NearMatter:
    other = near.matter
    return NearMatter(
        number=other.number,
        title=other.title,
        template=showing.template(other.template_code),
        state=State(other.state),
        likeness=near.likeness,
        metres=round(near.metres, 1) if near.metres is not None else None,
        hours=round(near.hours, 1),
        words=list(near.words),
        reported_at=showing.local(other.reported_at),
        href=f"{showing.MATTERS}/{other.number}",
    )


def _place(place: Place) -> NamedPlace:
    return NamedPlace(
        said=place.said, span=[place.start, place.end], areas=[showing.area(code) for code in place.codes]
    )
