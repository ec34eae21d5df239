"""The door itself: what is not there, what broke, what is logged, what monitoring sees."""

import pytest
from django.db import connection
from django.test import Client
from structlog.testing import capture_logs

from tests.interfaces.api.conftest import a_body
from tongxin import words
from tongxin.apps.matters import actions
from tongxin.interfaces.api import problems, sentences

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1", "/api/v1/", "/api/v2/matters", "/api/v1/docs", "/api/v1/matters/"]
)
def test_an_address_that_is_none_is_a_problem(path):
    answer = Client().get(path)

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (404, PROBLEM, "path.missing")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"])
def test_a_method_that_is_none_is_a_problem(method):
    answer = Client().generic(method, "/api/v1/matters")

    assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM)
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    ("accepted", "detail"),
    [
        ("", "请在请求头里带上接口密钥：Authorization: Bearer tx_…，或 X-API-Key: tx_…。"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "请在请求头里带上接口密钥：Authorization: Bearer tx_…，或 X-API-Key: tx_…。"),
        ("en-US,en;q=0.9,zh;q=0.5", "Send an API key: Authorization: Bearer tx_…, or X-API-Key: tx_…."),
        ("fr, en;q=0.5", "Send an API key: Authorization: Bearer tx_…, or X-API-Key: tx_…."),
        ("*;q=x,,;;", "请在请求头里带上接口密钥：Authorization: Bearer tx_…，或 X-API-Key: tx_…。"),
    ],
)
def test_a_problem_speaks_the_readers_language(accepted, detail):
    answer = Client().get("/api/v1/matters", headers={"Accept-Language": accepted})

    told = answer.json()
    assert told["detail"] == detail
    assert told["type"] == "/problems/key.absent"
    assert told["status"] == answer.status_code == 401
    assert "Accept-Language" in answer["Vary"]


def test_a_bug_is_answered_with_an_id_and_no_cause_and_logged_without_personal_text(caller, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("13812346027")

    monkeypatch.setattr(actions, "report_many", broken)

    with capture_logs() as lines:
        answer = caller("grid_worker").post("/matters", a_body())

    told = answer.json()
    assert (answer.status_code, answer["Content-Type"], told["code"]) == (500, PROBLEM, "server.error")
    assert told["facts"]["request"] == answer["X-Request-ID"]
    assert "RuntimeError" not in answer.content.decode()
    assert lines[0]["event"] == "broken"
    assert lines[0]["error"] == "RuntimeError"
    assert "13812346027" not in str(lines)


def test_every_request_leaves_one_line_without_personal_text(caller):
    body = a_body(text="王女士说垃圾没人收", contact={"name": "王女士", "phone": "13812346027"})

    with capture_logs() as lines:
        answer = caller("grid_worker").post("/matters", body, X_Request_ID="partner-4711")

    (line,) = lines
    assert line["matter"] == answer.json()["number"]
    assert (line["request"], line["method"], line["status"]) == ("partner-4711", "POST", 201)
    assert line["route"] == "api/v1/matters"
    assert line["ms"] > 0
    assert not {"王女士", "13812346027", caller("grid_worker").key} & set(map(str, line.values()))
    assert "王女士" not in str(line) and "138" not in str(line["request"])


def test_a_request_id_that_could_forge_a_line_is_replaced(caller):
    answer = caller("grid_worker").get("/acts", X_Request_ID='x"}\n{"level":"fatal')

    assert '"' not in answer["X-Request-ID"]


@pytest.mark.django_db
def test_the_house_says_that_it_is_well_to_anybody():
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok"})


@pytest.mark.django_db
def test_without_its_database_the_house_says_so_and_no_more(settings):
    def refuse(execute, sql, params, many, context):
        from django.db import OperationalError

        raise OperationalError("password of user tongxin at 10.0.0.7")

    with connection.execute_wrapper(refuse):
        answer = Client().get("/healthz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "database": "unavailable"}


def test_meters_are_for_this_machine_only(caller, settings):
    caller("grid_worker").post("/matters", a_body())

    near = Client().get("/metrics")
    far = Client().get("/metrics", REMOTE_ADDR="10.0.0.7")
    behind_a_proxy = Client().get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"})
    settings.METRICS_OPEN = True
    opened = Client().get("/metrics", REMOTE_ADDR="10.0.0.7")

    assert 'tongxin_api_requests_total{method="POST",route="api/v1/matters",status="201"}' in near.content.decode()
    assert 'tongxin_matters_total{act="report"}' in near.content.decode()
    assert (far.status_code, behind_a_proxy.status_code, opened.status_code) == (404, 404, 200)


def test_meters_name_no_matter_and_no_method_a_stranger_makes_up(caller):
    number = caller("grid_worker").post("/matters", a_body()).json()["number"]
    caller("grid_worker").get(f"/matters/{number}")
    Client().generic("BREWCOFFEE", "/api/v1/matters")

    told = Client().get("/metrics").content.decode()

    assert number not in told
    assert "BREWCOFFEE" not in told


def test_every_sentence_of_the_door_is_found_by_the_house():
    assert sentences.REFUSALS.items() <= words.REFUSALS.items()
    for chinese, english in sentences.REFUSALS.values():
        assert chinese.endswith("。") and english.endswith((".", "…"))


def test_every_status_has_its_title():
    kinds = (problems.Unreadable, problems.Unknown, problems.WrongMethod, problems.TooLarge, problems.Broken)

    assert {kind.status for kind in kinds} | {403, 404, 408, 409, 412, 422, 429, 503} == set(problems.TITLES)


def test_a_page_is_not_the_doors_business(client):
    from tongxin.interfaces.api.middleware import Door

    assert Door(lambda request: "a page")(type("Request", (), {"path_info": "/apiary"})()) == "a page"
