"""Where requests of ours may go: to public addresses over https. What somebody else named must not reach our own house.

Source: OWASP, Server-Side Request Forgery Prevention; special addresses: IANA registries, as `ipaddress` knows them.
"""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from tongxin.rules.errors import Invalid

LONGEST = 500
# addresses that carry another one within, and so could lead back into the house
_CARRIERS = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def checked(url: str) -> SplitResult:
    """Return the parts of an address that may be written down as a destination. No look-up yet.

    Raises Invalid: "destination.invalid", "destination.not_https", "destination.private".
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise Invalid("destination.invalid") from wrong
    if not parts.hostname or len(url) > LONGEST or not url.isascii() or any(each <= " " for each in url) or port == 0:
        raise Invalid("destination.invalid")
    if parts.username or parts.password or parts.fragment:
        raise Invalid("destination.invalid")
    try:
        address: Address | None = ipaddress.ip_address(parts.hostname)
    except ValueError:
        address = None
    is_here = parts.hostname == "localhost" or (address is not None and address.is_loopback)
    if is_here and settings.OUTWARD_LOOPBACK and parts.scheme in ("http", "https"):
        return parts
    if parts.scheme != "https":
        raise Invalid("destination.not_https")
    if is_here or (address is not None and not is_public(address)):
        raise Invalid("destination.private")
    return parts


def resolved(host: str, port: int) -> str:
    """Return the address to connect to, looked up now, so that a name cannot change between check and connection.

    Raises Invalid("destination.private") where any address of the name lies within a house, OSError where there is
    none.
    """
    found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    addresses = [ipaddress.ip_address(str(each).partition("%")[0]) for each in found]
    for address in addresses:
        if not (is_public(address) or (address.is_loopback and settings.OUTWARD_LOOPBACK)):
            raise Invalid("destination.private")
    return str(min(addresses, key=lambda each: (each.version, int(each))))


def is_public(address: Address) -> bool:
    """Tell whether an address lies in the public net, and not in ours through a detour."""
    if address.version == 6:
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if any(address in net for net in _CARRIERS):
            return False
    return address.is_global and not address.is_multicast
