"""Robots of groups in WeCom (企业微信) and DingTalk (钉钉): the documented webhook bodies, one text at a time.

Both allow twenty messages a minute, so what is owed to one group at a moment goes as one text.
Source: developer.work.weixin.qq.com 群机器人配置说明; open.dingtalk.com 自定义机器人接入, 安全设置 加签.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import quote_plus, urlsplit

from django.conf import settings

from tongxin.apps.notify.media.parcel import Hosts, Outcome, Parcel, by_status
from tongxin.guard import destinations
from tongxin.rules.errors import Invalid
from tongxin.rules.occasions import Medium

TOO_OFTEN = {45009, 130101, 660026}  # errcodes of both for "more than twenty a minute"


def send(parcels: Iterable[Parcel]) -> Iterator[Outcome]:
    """Let robots speak, one after the other."""
    yield from map(partial(_send, Hosts()), parcels)


def _send(hosts: Hosts, parcel: Parcel) -> Outcome:
    from tongxin.guard import outward

    body = json.dumps({"msgtype": "text", "text": {"content": parcel.text}}, ensure_ascii=False).encode()
    secret = str(parcel.keys.get("secret", ""))
    try:
        answer = hosts.post(signed(parcel.to, secret), body, {"Content-Type": "application/json"})
    except outward.Unreached as why:
        return Outcome(False, str(why))
    outcome = by_status(answer.status)
    if not outcome.is_sent:
        return outcome
    try:
        code = int(json.loads(answer.body).get("errcode", -1))
    except (ValueError, AttributeError, TypeError):
        return Outcome(False, "unreadable")
    if code == 0:
        return outcome
    return Outcome(False, f"errcode_{code}"[:24], is_final=code not in TOO_OFTEN, wait_seconds=60)


def signed(url: str, secret: str) -> str:
    """Return the address with DingTalk's signature, where the robot has a secret."""
    if not secret:
        return url
    at = str(round(time.time() * 1000))
    told = base64.b64encode(hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256).digest()).decode()
    return f"{url}{'&' if urlsplit(url).query else '?'}timestamp={at}&sign={quote_plus(told)}"


def check_url(url: str, medium: Medium) -> None:
    """Raise Invalid where this is no address of a robot of one of the known houses."""
    parts = destinations.checked(url)
    if parts.hostname not in settings.ROBOT_HOSTS and not (settings.OUTWARD_LOOPBACK and parts.scheme == "http"):
        raise Invalid("robot.host", medium=medium, hosts=list(settings.ROBOT_HOSTS))
