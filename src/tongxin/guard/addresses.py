"""From where a request comes."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

V6_PREFIX = 64  # what one household is given


def address_of(request: HttpRequest) -> str:
    """Return the address that knocks."""
    return address_in(request.META)


def address_in(environ: Mapping[str, Any]) -> str:
    """Return the address that knocks: of the peer, or what our own proxies say it was; IPv6 by household (/64).

    `settings.PROXIES` says how many proxies of ours stand before the door; what further ones claim is not believed.
    """
    found = environ.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        said = [each.strip() for each in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
        found = said[-settings.PROXIES] if len(said) >= settings.PROXIES else found
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, V6_PREFIX), strict=False).network_address)
