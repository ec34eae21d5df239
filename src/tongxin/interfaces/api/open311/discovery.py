"""Where everything is: production and test, in XML and JSON."""

from typing import Literal

from django.conf import settings

from tongxin.interfaces.api.open311.door import Call
from tongxin.interfaces.api.open311.formats import Form, Single
from tongxin.interfaces.api.open311.shapes import Discovery, Endpoint

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGED = "2026-11-22T00:00:00+08:00"  # when these endpoints last changed in what they promise
ENDPOINTS: dict[Literal["production", "test"], str] = {
    "production": "/api/open311/v2/",
    "test": "/api/open311/test/v2/",
}
KEYS = (
    "接口密钥由本市安全管理员在“接口密钥”页发放；测试端点用同一密钥，只核对，不保存。",
    "The city's security administrator issues API keys. The test endpoint takes the same keys, checks, keeps nothing.",
)


def discovery(call: Call) -> Single:
    """Return what this server offers. Source: open311.org, Service Discovery."""
    formats = [each.media_type.partition(";")[0] for each in Form]
    endpoints = [
        Endpoint(
            specification=SPECIFICATION,
            url=call.request.build_absolute_uri(path),
            changeset=CHANGED,
            type=stage,
            formats=formats,
        )
        for stage, path in ENDPOINTS.items()
    ]
    return Single(
        "discovery",
        Discovery(
            changeset=CHANGED,
            contact=settings.OPEN311_CONTACT,
            key_service=KEYS[0 if call.is_chinese else 1],
            endpoints=endpoints,
        ),
    )
