"""The addresses of this door, all under /api/intake/."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from tongxin.interfaces.api.intake import cti, described, letters, machines, police


class Code(StringConverter):
    """The code of a line or a partner: no U+0000, which no database can be asked for."""

    regex = r"[^/\x00]+"


register_converter(Code, "code")

urlpatterns: list[URLPattern | URLResolver] = [
    path("openapi.json", described.openapi),
    path("cti/<code:line>", cti.heard, name="cti"),
    path("chat/<code:line>", letters.heard, name="chat"),
    path("police/schema.json", police.schema),
    path("police/<code:partner>", police.heard, name="police"),
    path("v1/readings", machines.readings),
    path("v1/events", machines.events),
    path("v1/faults", machines.faults),
    path("v1/heartbeats", machines.heartbeats),
    path("v1/schema.json", machines.schema),
]
