"""Whatever is sent, Open311 answers in the form that was asked for, and what goes wrong is an array of errors."""

from urllib.parse import urlencode
from xml.etree import ElementTree as xml

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.interfaces.api.open311 import BASE, DESCRIPTION, a_request, errors

FORM = "application/x-www-form-urlencoded"
NAMES = """
    service_code lat long address_string address_id description media_url email phone first_name api_key page page_size
    jurisdiction_id start_date end_date updated_after updated_before status service_request_id update_id
    attribute[amount] attribute[amount][] attribute[] attribute[kind updated_datetime
"""
VALUES = """
    %00 \x00 -1 0 1e999 nan 2026-13-45 0001-01-01T00:00:00+23:59 9999-12-31T23:59:59-23:59 2026-11-20T15:42:00+08:00
    2026 ٣ 1_0 C02 A02 open,,closed, ';DROP \ufffe <!DOCTYPE&x; #NOTPINPOINTED# http://[::1 https://a.example/b ,,,
    KC261120-0001 330802001001001 真的很奇怪
"""
PATHS = st.sampled_from(
    ["services", "services/C02", "requests", "requests/KC261120-0001", "tokens/x", "servicerequestupdates", "nowhere"]
) | st.text(alphabet="abc%./~é☃ ;", max_size=12)


@pytest.mark.django_db
@settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(["GET", "POST", "POST", "PUT", "OPTIONS"]),
    path=PATHS,
    form=st.sampled_from(["xml", "json"]),
    odd=st.dictionaries(
        st.sampled_from(NAMES.split()), st.sampled_from(VALUES.split()) | st.text(max_size=40), max_size=4
    ),
    whole=st.booleans(),
    kind=st.sampled_from(["form", "form", "multipart", "text/xml", f"{FORM}; charset=gbk"]),
)
def test_odd_requests_never_break_it(caller, method, path, form, odd, whole, kind):
    sent = {name: value.encode("utf-8", "replace").decode() for name, value in odd.items()}
    sent = (a_request(caller("acceptor").key) if whole else {}) | sent
    address = f"{BASE}{path}.{form}"

    if method == "POST" and kind == "multipart":
        answer = Client().post(address, sent)
    elif method == "POST":
        body = "&".join(f"{name}={value}" for name, value in sent.items()).encode()
        answer = Client().generic("POST", address, body, content_type=FORM if kind == "form" else kind)
    else:
        answer = Client().generic(method, address, QUERY_STRING=urlencode(sent))

    if path != "nowhere" and " " not in path:
        DESCRIPTION.check(answer)
    expected = "text/xml; charset=utf-8" if form == "xml" else "application/json; charset=utf-8"
    assert answer["Content-Type"] == expected
    if answer.status_code >= 400:
        assert errors(answer)
        assert "系统出错" not in answer.content.decode()  # not even as something we had not thought of
    elif method != "HEAD":
        assert answer.json() is not None if form == "json" else xml.fromstring(answer.content) is not None
