"""The addresses of patrols, visits, vans and help on the phone. Importing their modules registers what they take."""

from django.urls import path

from tongxin.interfaces.field import patrol_help, patrol_vans, patrol_visits, patrols

urlpatterns = [
    path("patrols/<int:round_id>/", patrols.one, name="round"),
    path("patrols/<int:round_id>/<int:point_id>/", patrols.point, name="check-in"),
    path("visits/new/", patrol_visits.new, name="visit"),
    path("van/", patrol_vans.today, name="van"),
    path("helps/", patrol_help.mine, name="helps"),
    path("helps/call/<int:place_id>", patrol_help.call, name="help-call"),
    path("helps/<int:call_id>/<str:asked>", patrol_help.move, name="help-move"),
    path("help/<str:token>", patrol_help.tapped, name="help-tap"),
]
