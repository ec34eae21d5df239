"""Services: the city's templates as the standard tells them, and the questions each of them asks."""

from collections.abc import Sequence

from tongxin import words
from tongxin.apps.matters import kinds
from tongxin.apps.matters.kinds import Kind
from tongxin.apps.matters.models import Template
from tongxin.apps.people.queries import Remembered
from tongxin.interfaces.api.open311 import attributes
from tongxin.interfaces.api.open311.door import Call
from tongxin.interfaces.api.open311.formats import Form, Listing, Single
from tongxin.interfaces.api.open311.shapes import SERVICES, Definition, Service
from tongxin.rules import publicity
from tongxin.rules.classes import class_of
from tongxin.rules.errors import Missing

PRIVATE = "private"  # the flag by which FixMyStreet keeps a category's reports off its public pages


def services(call: Call) -> Listing:
    """Return every service a matter can be reported for, by code. No statement while templates are remembered."""
    return SERVICES.of(_service(row, call.is_chinese) for row in _rows())


def definition(call: Call, code: str) -> Single:
    """Return the questions of one service. Raises Missing."""
    kind = kind_of(code, call.form)
    asked = [question.told(call.is_chinese) for question in attributes.of(kind.form)]
    return Single("service_definition", Definition(service_code=kind.code, attributes=asked))


def kind_of(code: str, form: Form) -> Kind:
    """Return the template in force. Raises Missing where there is none."""
    found = kinds.current().get(code)
    if found is None:
        raise Missing("open311.service", found=code[:40], form=form.value)
    return found


def name_of(code: str, *, is_chinese: bool) -> str:
    """Return what a service is called, its code where it is no longer in force."""
    kind = kinds.current().get(code)
    return (kind.name if is_chinese else kind.name_en) if kind else code


def _service(row: Template, is_chinese: bool) -> Service:
    name, description = (row.name, row.filing_condition) if is_chinese else (row.name_en, row.filing_condition_en)
    is_shown = publicity.is_singly(row.code, is_sealed=row.is_sealed)
    its_class = class_of(row.code)
    keywords = [*row.keywords, *([] if is_shown else [PRIVATE])]
    return Service(
        service_code=row.code,
        service_name=name,
        description=description or name,
        metadata=bool(row.form.get("properties")),
        type="realtime",
        keywords=",".join(keywords) or None,
        group=words.label(its_class, "zh" if is_chinese else "en") if its_class else None,
    )


def _read() -> Sequence[Template]:
    told = ("code", "name", "name_en", "keywords", "is_sealed", "form", "filing_condition", "filing_condition_en")
    return list(Template.objects.filter(is_current=True).only(*told).order_by("code"))


_rows = Remembered(_read, seconds=5)


def forget() -> None:
    """Read the services anew: for tests, whose databases follow one another."""
    _rows.forget()
