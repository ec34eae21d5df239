"""The catalog: kinds of matters, and the units that handle them. What integrators need before they report."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.matters import kinds
from tongxin.apps.matters.kinds import Kind
from tongxin.apps.matters.models import Template
from tongxin.apps.people import queries as people
from tongxin.interfaces.api.v1 import params, shapes, showing
from tongxin.interfaces.api.v1.documents import documented
from tongxin.interfaces.api.v1.params import AreaCode, Words
from tongxin.rules.errors import Missing
from tongxin.rules.units import UnitKind

router = Router()

PAGE, MOST = 200, 1000


class Where(Schema):
    """Which units."""

    area: AreaCode | None = Field(None, description="区域编码，含下级 | within this area")
    kind: UnitKind | None = Field(None, description="单位类别 | kind of unit")
    after: Words = Field("", description="上一页的 next | the `next` of the page before")
    limit: int = Field(PAGE, ge=1, le=MOST, description="每页个数 | units a page")


@router.get(
    "/templates",
    operation_id="listTemplates",
    summary="事项模板 | Kinds of matters",
    openapi_extra=documented({200: shapes.Templates}, tag="catalog"),
)
def templates(request: HttpRequest) -> HttpResponse:
    """现行模板，按编码。

    The templates in force, by code.
    """
    items = [shapes.TemplateLine(**_line(kind)) for _, kind in sorted(kinds.current().items())]
    return showing.answer(shapes.Templates(items=items))


@router.get(
    "/templates/{code}",
    operation_id="readTemplate",
    summary="一个事项模板 | One kind of matter",
    openapi_extra=documented({200: shapes.TemplateShown}, 404, tag="catalog"),
)
def template(request: HttpRequest, code: str) -> HttpResponse:
    """附表单的 JSON Schema、立案和结案条件。

    With its form as JSON Schema, and when it is filed and closed.
    """
    kind = kinds.current().get(code)
    if kind is None:
        raise Missing("template.missing", template=code[:20])
    row = Template.objects.get(code=kind.code, version=kind.version)
    shown = shapes.TemplateShown(
        **_line(kind),
        form=dict(kind.form),
        unit_kinds=row.unit_kinds,
        filing_condition=row.filing_condition,
        closing_condition=row.closing_condition,
        filing_condition_en=row.filing_condition_en,
        closing_condition_en=row.closing_condition_en,
    )
    return showing.answer(shown)


@router.get(
    "/units",
    operation_id="listUnits",
    summary="承办单位 | Units",
    openapi_extra=documented({200: shapes.Units}, 422, tag="catalog"),
)
def units(request: HttpRequest, where: Query[Where]) -> HttpResponse:
    """可派遣的单位，按编码。

    Units that work can be given to, by code.
    """
    params.only(request, Where)
    found = people.units_within(where.area or "").order_by("code").filter(code__gt=where.after)
    if where.kind:
        found = found.filter(kind=where.kind)
    rows = list(found[: where.limit + 1])
    items = [
        shapes.UnitShown(
            id=each.pk, code=each.code, name=each.name, kind=UnitKind(each.kind), area=each.area, phone=each.phone
        )
        for each in rows[: where.limit]
    ]
    return showing.answer(shapes.Units(items=items, next=items[-1].code if len(rows) > where.limit else None))


def _line(kind: Kind) -> dict[str, object]:
    return {
        "code": kind.code,
        "version": kind.version,
        "name": kind.name,
        "name_en": kind.name_en,
        "level": kind.level,
        "urgency": kind.urgency,
        "limit": str(kind.limit),
        "may_settle": kind.may_settle,
        "is_sealed": kind.is_sealed,
        "before_photos": kind.before_photos,
        "after_photos": kind.after_photos,
    }
