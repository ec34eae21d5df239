"""Endpoints by program: opened for oneself, their secret told once, their log read, what they missed sent again."""

from django.utils import timezone

from tests import town as towns
from tongxin.apps.notify.models import Endpoint, Event

ASK = {"name": "环卫调度系统", "url": "https://hooks.example/tongxin", "kinds": ["matter.*", "clock.overdue"]}


def test_a_program_opens_reads_changes_and_removes_an_endpoint_of_its_own(caller, town):
    handler, stranger = caller("handler"), caller("neighbouring_handler")
    opened = handler.post("/webhooks", ASK)
    assert opened.status_code == 201 and opened.json()["secret"].startswith("whsec_")
    here = f"/webhooks/{opened.json()['id']}"
    assert Endpoint.objects.get().person_id == town.handler.person_id

    shown = handler.get(here).json()
    assert "secret" not in shown and shown["kinds"] == ASK["kinds"] and shown["is_on"] is True
    rotated = handler.post(f"{here}/secret").json()
    assert rotated["secret"] != opened.json()["secret"] and rotated["old_secret_until"]
    assert [each["id"] for each in handler.get("/webhooks").json()["items"]] == [shown["id"]]

    assert stranger.get("/webhooks").json()["items"] == []
    for answer in (stranger.get(here), stranger.post(f"{here}/secret"), stranger.get(f"{here}/events")):
        assert (answer.status_code, answer.json()["code"]) == (404, "webhook.missing")
    assert caller("handler", acts=["report"]).get("/webhooks").status_code == 403
    assert caller("grid_worker").post("/webhooks", ASK).status_code == 403

    put = handler.client.put(
        f"/api/v1{here}",
        '{"name": "新名", "url": "https://hooks.example/2", "kinds": ["*"], "is_on": false}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {handler.key}"},
    )
    assert put.json()["is_on"] is False and put.json()["name"] == "新名"
    gone = handler.client.delete(f"/api/v1{here}", headers={"Authorization": f"Bearer {handler.key}"})
    assert gone.json() == {"items": []} and handler.get(here).status_code == 404


def test_an_endpoint_within_the_house_or_for_unknown_news_is_refused(caller):
    handler = caller("handler")
    for wrong, code in (
        ({"url": "https://192.168.1.7/"}, "destination.private"),
        ({"url": "http://hooks.example/"}, "destination.not_https"),
        ({"kinds": ["person.*"]}, "webhook.unknown_kind"),
        ({"kinds": []}, "webhook.no_kinds"),
        ({"name": " "}, "webhook.unnamed"),
    ):
        answer = handler.post("/webhooks", ASK | wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Endpoint.objects.exists()


def test_the_log_is_paged_and_what_was_missed_is_sent_again_by_id_or_span(caller, town):
    handler, now = caller("handler"), timezone.now()
    here = f"/webhooks/{handler.post('/webhooks', ASK).json()['id']}"
    matter = towns.a_matter(town, "HANDLING", now=now)
    told = {"endpoint": Endpoint.objects.get(), "matter": matter, "kind": "matter.sign", "next_try_at": now}
    for n in range(3):
        Event.objects.create(entry_id=n + 1, state="failed", tries=9, code="503", owed_at=now, **told)

    page = handler.get(f"{here}/events", {"limit": 2}).json()
    assert [each["number"] for each in page["items"]] == [matter.number] * 2
    assert page["items"][0] | {"code": "503", "state": "failed", "tries": 9, "next_try_at": None} == page["items"][0]
    rest = handler.get(f"{here}/events", {"before": page["next"], "state": "failed"}).json()
    assert len(rest["items"]) == 1 and rest["next"] is None

    assert handler.post(f"{here}/replay", {"events": [rest["items"][0]["id"]]}).json() == {"events": 1}
    span = {"start": now.isoformat(), "end": timezone.now().isoformat()}
    assert handler.post(f"{here}/replay", span).json() == {"events": 2}
    assert set(Event.objects.values_list("state", "tries")) == {("waiting", 0)}
    assert handler.post(f"{here}/replay", {}).json()["code"] == "webhook.replay_what"
