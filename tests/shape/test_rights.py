"""The boundary, as the schema must show it: matters, places, duties and units, never people. Source: domain.md §8."""

import json
import re
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
OURS = {"journal", "areas", "people", "matters"}
MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS]

# tables keyed by a natural person: staff with accounts, and the contact a reporter left with one matter
PERSONS = {"people.Person", "people.Account", "people.Post", "people.ApiKey"}
# what staff keep for themselves alone: lists under a name, and which matters they have read
OWN = {"matters.SavedList", "matters.ReadMark"}
CONTACTS = {"matters.Contact"}
NEVER = re.compile(
    r"ethnic|nation(ality)?$|religio|politic|party_member|credit|score|rank|risk|label|face|(?<!tem)plate|fingerprint|biometr"
    r"|id_card|identity|passport|track|trail|health|gender|birth|blacklist|caller_hash",
)


def columns():
    return [(model._meta.label, field.name) for model in MODELS for field in model._meta.get_fields()]


def test_no_column_identifies_scores_or_follows_a_person():
    assert [(table, column) for table, column in columns() if NEVER.search(column)] == []


def test_only_staff_and_contacts_have_names_and_telephones():
    for table, column in columns():
        if column in {"phone", "email", "person", "person_id"}:
            assert table in PERSONS | OWN | CONTACTS | {"people.Unit"}, (table, column)


def test_the_journal_keeps_no_text_of_its_own():
    """Codes and references only, so that erasure and an append-only log can both be true."""
    from tongxin.apps.journal.models import Entry

    kinds = {field.name: field.get_internal_type() for field in Entry._meta.get_fields()}

    assert "TextField" not in kinds.values()
    assert not {"name", "text", "note", "reason"} & set(kinds)


def test_a_contact_goes_without_its_matter():
    """Erasing personal data must not touch the matter: it lies in a row of its own that nothing points to."""
    from tongxin.apps.matters.models import Contact

    assert not [field for field in Contact._meta.get_fields() if field.auto_created and field.is_relation]


def test_no_template_asks_for_an_identity():
    asked = re.compile(r"身份证|民族|宗教|政治面貌|车牌|号牌号码|护照|人脸|指纹|病历|既往病史|信用")
    catalog = json.loads((ROOT / "catalog" / "templates.json").read_text(encoding="utf-8"))
    for template in catalog["templates"]:
        titles = [field["title"] for field in template["form"].get("properties", {}).values()]
        assert not [title for title in titles if asked.search(title)], template["code"]


def test_staff_positions_are_duties_not_trails():
    """No table holds where a person was: no column of a point beside one of a person."""
    for model in MODELS:
        names = {field.name for field in model._meta.get_fields()}
        if {"lon", "lat"} & names:
            assert not {"person", "person_id", "account", "account_id"} & names, model._meta.label
