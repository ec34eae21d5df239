"""The addresses of the device ledger."""

from django.urls import path

from tongxin.interfaces.desk import devices, devices_kept, tables

urlpatterns = [
    path("devices/", devices.index, name="devices"),
    path("devices/export.<str:form>", tables.ledger, name="device-export"),
    path("devices/new", devices_kept.enter, name="device-new"),
    path("devices/points.json", devices.points, name="device-points"),
    path("devices/<str:code>/", devices.one, name="device"),
    path("devices/<str:code>/limits", devices_kept.change, name="device-limits"),
    path("devices/<str:code>/key", devices.rotate, name="device-key"),
    path("devices/<str:code>/key/revoke", devices_kept.revoke, name="device-key-revoke"),
    path("devices/<str:code>/upkeep", devices_kept.maintain, name="device-upkeep"),
    path("devices/<str:code>/retire", devices_kept.retire, name="device-retire"),
]
