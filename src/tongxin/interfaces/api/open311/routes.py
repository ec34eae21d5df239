"""What is found where: addresses without their suffix, each in XML and JSON."""

import re
from typing import NamedTuple

from tongxin.interfaces.api.open311 import discovery, reading, reporting, services, updates
from tongxin.interfaces.api.open311.door import Handler

PART = re.compile(r"\{(\w+)\}")


class Route(NamedTuple):
    """An address, and who answers there; `{…}` is handed over by its name."""

    path: str
    get: Handler
    post: Handler | None = None


ROUTES = (
    Route("discovery", discovery.discovery),
    Route("services", services.services),
    Route("services/{code}", services.definition),
    Route("requests", reading.requests, reporting.report),
    Route("requests/{number}", reading.one),
    Route("servicerequestupdates", updates.updates, updates.tell),
    Route("tokens/{token}", reading.token),
)
