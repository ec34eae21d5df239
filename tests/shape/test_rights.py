"""The boundary, as the schema must show it: matters, places, duties and units, never people. Source: domain.md §8."""

import json
import re
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
MODELS = [model for model in apps.get_models() if model.__module__.startswith("tongxin.apps.")]

# tables keyed by a natural person: staff with accounts, and the contact a reporter left with one matter
PERSONS = {"people.Person", "people.Account", "people.Post", "people.ApiKey"}
# what staff keep for themselves alone: lists under a name, and which matters they have read
OWN = {"matters.SavedList", "matters.ReadMark", "notify.Notice", "notify.Choice"}
# which member of staff opened a sealed matter: the audit and the person concerned read it
OPENED = {"matters.Unsealing"}
# an address that takes news acts for a member of staff, as an API key does; the log of messages says for whom each was
PROGRAMS = {"notify.Endpoint", "notify.Sending"}
# consented: the contact left with a matter, and where its reporter (or a member of staff) asked to be told
CONTACTS = {"matters.Contact", "notify.Subscription"}
NEVER = re.compile(
    r"ethnic|(?<!expla)nation(ality)?$|religio|politic|party_member|credit|score|rank|risk|label|face|(?<!tem)plate|fingerprint|biometr"
    r"|id_card|identity|passport|track|trail|health|gender|birth|blacklist|caller_hash",
)


def columns():
    return [(model._meta.label, field.name) for model in MODELS for field in model._meta.get_fields()]


def test_no_column_identifies_scores_or_follows_a_person():
    assert [(table, column) for table, column in columns() if NEVER.search(column)] == []


def test_only_staff_and_contacts_have_names_and_telephones():
    for table, column in columns():
        if column in {"phone", "email", "person", "person_id"}:
            assert table in PERSONS | OWN | OPENED | PROGRAMS | CONTACTS | {"people.Unit"}, (table, column)


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


def test_what_somebody_was_told_is_kept_without_words_and_addresses():
    """Words are made when they are read or sent: erasing a contact leaves a log of codes."""
    from tongxin.apps.notify.models import Event, Notice, Sending, Subscription

    for model in (Notice, Sending, Event):
        names = {field.name for field in model._meta.get_fields()}
        assert not names & {"text", "title", "body", "address", "phone", "email", "url", "to"}, model
    assert not [field for field in Subscription._meta.get_fields() if field.auto_created and field.is_relation]


def test_whoever_wrote_a_letter_lies_sealed_in_it_and_nothing_is_found_by_it():
    """No book of addresses: a letter's writer and words are one sealed column, gone by rule; its digest is its id's."""
    from tongxin.apps.hotline.models import Enclosure, Letter, Reply

    open_ = {"address", "sender", "name", "title", "text", "phone", "email", "conversation"}
    for model in (Letter, Enclosure, Reply):
        assert not open_ & {field.name for field in model._meta.get_fields()}, model
    found_by = {name for index in Letter._meta.indexes for name in [*index.fields, *map(str, index.expressions)]}
    assert not [name for name in found_by if "sealed" in name]


def test_guesses_are_counted_with_a_contact_and_go_with_it_not_with_whoever_guesses():
    """No list of who tried to open what: a count and a moment, in the row that is erased with the telephone."""
    from tongxin.apps.matters.models import Contact

    assert {field.name for field in Contact._meta.get_fields()} == {
        "matter", "name", "phone", "is_secret", "guesses", "guessed_at"
    }  # fmt: skip


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


def test_a_roster_says_whom_to_call_and_nothing_of_what_they_did():
    """No clock-in: a shift has a post and two moments, and nothing that somebody would have to do."""
    from tongxin.apps.people.models import Shift

    assert {field.name for field in Shift._meta.get_fields()} == {"id", "unit", "post", "start_at", "end_at"}


def test_a_look_at_what_is_personal_keeps_why_and_nothing_of_what_was_seen():
    from tongxin.apps.matters.models import Unmasking, Unsealing

    seen = {"name", "phone", "contact", "text", "title", "form"}
    for model in (Unmasking, Unsealing):
        names = {field.name for field in model._meta.get_fields()}
        assert {"reason", "post_id", "at"} <= names, model
        assert not names & seen, model


def test_what_the_reporter_reads_of_a_look_names_a_post_and_no_person():
    from tongxin.apps.matters.unmaskings import Reader
    from tongxin.apps.people.rosters import OnDuty

    for shown in (Reader, OnDuty):
        assert not {"person", "person_id", "name", "actor", "account"} & set(shown._fields), shown


def test_a_post_is_named_for_kinds_of_sealed_matters_and_never_for_a_person():
    """No list says who may see which single matter or whose matters: naming is by kind, on the post."""
    from tongxin.apps.people.models import Post
    from tongxin.rules.sealing import Seal

    assert max(len(seal) for seal in Seal) <= Post._meta.get_field("seals").base_field.max_length
    assert [model._meta.label for model in MODELS if "seals" in {f.name for f in model._meta.get_fields()}] == [
        "people.Post"
    ]


def test_what_was_walked_and_answered_is_counted_by_place_and_team():
    """No row of a check-in, a visit, a van's stop or a call for help says who, or where exactly. The journal alone
    knows which post acted, as it does of every act."""
    from tongxin.apps.patrols.models import CheckIn, HelpCall, Round, Run, StopCheck, Visit

    for model in (CheckIn, HelpCall, Round, Run, StopCheck, Visit):
        names = {field.name for field in model._meta.get_fields()}
        assert not names & {"lon", "lat", "person", "post", "post_id", "actor", "by", "account", "caller"}, model
        assert not [field for field in model._meta.get_fields() if field.is_relation and "people.P" in str(field)], (
            model
        )


def test_a_call_is_kept_by_line_and_post_and_its_number_is_sealed_and_ends():
    """No table is keyed by a caller: nothing could be found by a number, and none outlives its day."""
    from tongxin.apps.hotline.models import Call, Draft

    for model in (Call, Draft):
        names = {field.name for field in model._meta.get_fields()}
        assert not {"number", "phone", "caller", "name", "person_id"} & names, model
        indexed = {name for index in model._meta.indexes for name in index.fields}
        indexed |= {name for each in model._meta.constraints for name in getattr(each, "fields", ())}
        assert not [name for name in indexed if name.startswith("sealed")], model
    assert "hotline_call_number_has_an_end" in {each.name for each in Call._meta.constraints}


def test_what_the_police_hand_over_is_kept_as_an_incident_timed_by_unit():
    """No party and no officer has a column: the contact is the matter's, and answers are units', with codes."""
    from tongxin.apps.alarms.models import Alarm, Push, Telling

    for model in (Alarm, Push, Telling):
        names = {field.name for field in model._meta.get_fields()}
        assert not names & {"name", "phone", "text", "party", "officer", "person", "person_id", "post", "post_id"}, (
            model
        )
        assert not [field for field in model._meta.get_fields() if field.get_internal_type() == "TextField"], model


def test_no_message_of_the_police_has_a_field_for_who_somebody_is():
    from tongxin.interfaces.api.intake import police_shapes

    for shape in police_shapes.SHAPES.values():
        assert shape.__struct_config__.forbid_unknown_fields, shape
        asked = set(shape.__struct_fields__) - {"contact"}
        assert not {field for field in asked if NEVER.search(field) or field in {"name", "phone", "officer", "party"}}
