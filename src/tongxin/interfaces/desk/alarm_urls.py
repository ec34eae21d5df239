"""The addresses of what the police hand over, and of the ledger of who does."""

from django.urls import path

from tongxin.interfaces.desk import alarms
from tongxin.interfaces.desk.admin import police

urlpatterns = [
    path("alarms/", alarms.index, name="alarms"),
    path("alarms/of/<int:alarm_id>/", alarms.of, name="alarm-of"),
    path("alarms/<str:number>/", alarms.one, name="alarm"),
    path("alarms/<str:number>/<int:push_id>/<str:asked>", alarms.answer, name="alarm-answer"),
    path("admin/police/", police.index, name="police"),
    path("admin/police/<int:partner_id>/", police.one, name="police-one"),
    path("admin/police/<int:partner_id>/stations", police.station, name="police-station"),
    path("admin/police/again/<int:telling_id>", police.again, name="police-again"),
]
