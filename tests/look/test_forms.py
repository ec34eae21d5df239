"""Forms derived from the JSON Schema of a template: one definition, read by the page and by the server."""

import jsonschema
import pytest
from django.http import QueryDict
from django.utils import translation

from tongxin.look.forms import schema_fields, schema_values
from tongxin.look.sample import SCHEMA

FILLED = {"kind": "sewage", "area": 20, "blocked": False, "near": "菜市场", "remark": "昨天疏通过一次"}


def posted(**answers):
    form = QueryDict(mutable=True)
    for name, answer in answers.items():
        form.setlist("form." + name, answer if isinstance(answer, list) else [answer])
    return form


def test_the_questions_stand_in_their_order_and_kind():
    fields = schema_fields(SCHEMA)

    assert [(f.name, f.kind) for f in fields] == [
        ("form.kind", "radio"),
        ("form.area", "number"),
        ("form.blocked", "radio"),
        ("form.near", "select"),
        ("form.remark", "area"),
    ]
    assert [f.is_required for f in fields] == [True, False, True, False, False]


def test_what_is_drawn_filled_in_reads_back_the_same():
    drawn = {f.name.removeprefix("form."): f.value for f in schema_fields(SCHEMA, FILLED)}

    read = schema_values(SCHEMA, posted(**drawn))

    assert read == FILLED
    jsonschema.validate(read, SCHEMA)


def test_a_blank_answer_is_no_answer():
    assert schema_values(SCHEMA, posted(kind="sewage", area=" ", remark="")) == {"kind": "sewage"}


@pytest.mark.parametrize("wrong", [{"area": "二十"}, {"blocked": "maybe"}, {"kind": "<script>"}])
def test_what_does_not_fit_is_left_for_the_schema_to_refuse(wrong):
    read = schema_values(SCHEMA, posted(**{"kind": "rain", "blocked": "true"} | wrong))

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(read, SCHEMA)


def test_several_answers_are_read_as_a_list():
    schema = {"properties": {"seen": {"type": "array", "items": {"enum": ["a", "b", "c"]}}}}

    assert schema_values(schema, posted(seen=["a", "c"])) == {"seen": ["a", "c"]}
    assert schema_fields(schema, {"seen": ["a", "c"]})[0].value == ("a", "c")


def test_english_is_used_where_the_template_has_it():
    with translation.override("en"):
        kind, area, _blocked, near, _remark = schema_fields(SCHEMA)

    assert (kind.label, kind.choices[0].label, area.unit) == ("Where from", "storm drain", "m²")
    assert near.choices[0].label == "学校"


def test_a_field_names_its_hint_and_its_error_for_screen_readers():
    remark = schema_fields(SCHEMA, errors={"remark": "太长"})[-1]

    assert remark.described_by == "f-form-remark-hint f-form-remark-error"
