"""Who holds a receipt: whoever has its secret reads what the public may, whoever has its key too is the reporter.

The key is what the reporter's own device keeps at the residents' door; here a program keeps it, for one person.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from ninja.security import APIKeyHeader

from tongxin.apps.matters import receipts
from tongxin.apps.matters.models import Matter
from tongxin.guard.addresses import address_of
from tongxin.guard.limits import Limit
from tongxin.interfaces.api.problems import Unknown
from tongxin.rules.permissions import Actor, holding_receipt

READS = Limit(a_minute=120, burst=120)
WRITES = Limit(a_minute=20, burst=40)
CODES = Limit(a_minute=1, burst=4)  # codes one address has sent: each costs somebody
PROOFS = Limit(a_minute=4, burst=12)  # guesses of one address, whatever matter they are about
JOINS = Limit(a_minute=3, burst=6)


@dataclass(frozen=True, slots=True)
class Holder:
    """A matter, and its reporter as an actor."""

    matter: Matter
    actor: Actor


def opened(request: HttpRequest, receipt: str) -> Matter:
    """Return the matter behind a receipt. Raises TooOften, Missing: unknown, mistyped and replaced look alike."""
    READS.take(address_of(request))
    return receipts.opened(receipt)


class ReceiptKey(APIKeyHeader):
    """`X-Receipt-Key: …`"""

    param_name = "X-Receipt-Key"
    openapi_description = "回执密钥：上报或证明身份时给出 | key of the receipt, told when reporting or proving"

    def authenticate(self, request: HttpRequest, key: str | None) -> Holder:
        if not key:
            raise Unknown("receipt.key_absent")
        matter = opened(request, request.resolver_match.kwargs["receipt"])  # type: ignore[union-attr]
        if not receipts.opens(key, matter):
            raise Unknown("receipt.key_wrong")
        if request.method != "GET":
            WRITES.take(address_of(request))
        return Holder(matter, holding_receipt(matter.pk))
