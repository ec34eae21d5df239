"""The addresses of this door, all under /api/intake/."""

from django.urls import URLPattern, URLResolver, path

from tongxin.interfaces.api.intake import cti, letters, machines, police

urlpatterns: list[URLPattern | URLResolver] = [
    path("cti/<str:line>", cti.heard, name="cti"),
    path("chat/<str:line>", letters.heard, name="chat"),
    path("police/schema.json", police.schema),
    path("police/<str:partner>", police.heard, name="police"),
    path("v1/readings", machines.readings),
    path("v1/events", machines.events),
    path("v1/faults", machines.faults),
    path("v1/heartbeats", machines.heartbeats),
    path("v1/schema.json", machines.schema),
]
