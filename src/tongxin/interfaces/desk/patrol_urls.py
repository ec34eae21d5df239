"""The addresses of patrols, visits, the eight duties, service vans and one-tap help."""

from django.urls import path

from tongxin.interfaces.desk import patrol_help, patrol_plans, patrol_vans, patrol_visits, patrols, tables

urlpatterns = [
    path("patrols/", patrols.index, name="patrols"),
    path("patrols/export.<str:form>", tables.coverage, name="patrol-export"),
    path("patrols/duties/export.<str:form>", tables.duty_evidence, name="patrol-duties-export"),
    path("patrols/rounds/", patrols.listed, name="patrol-rounds"),
    path("patrols/rounds/<int:round_id>/", patrols.one, name="patrol-round"),
    path("patrols/plans/", patrol_plans.index, name="patrol-plans"),
    path("patrols/plans/new", patrol_plans.new, name="patrol-plan-new"),
    path("patrols/plans/<int:plan_id>/", patrol_plans.one, name="patrol-plan"),
    path("patrols/plans/<int:plan_id>/close", patrol_plans.close, name="patrol-plan-close"),
    path("patrols/visits/", patrol_visits.index, name="patrol-visits"),
    path("patrols/duties/", patrol_visits.month, name="patrol-duties"),
    path("patrols/vans/", patrol_vans.index, name="patrol-vans"),
    path("patrols/vans/new", patrol_vans.new, name="patrol-van-new"),
    path("patrols/vans/<int:van_id>/", patrol_vans.one, name="patrol-van"),
    path("patrols/vans/<int:van_id>/retire", patrol_vans.retire, name="patrol-van-retire"),
    path("patrols/help/", patrol_help.index, name="patrol-help"),
    path("patrols/help/ringing", patrol_help.ringing, name="patrol-help-ringing"),
    path("patrols/help/<int:call_id>/<str:asked>", patrol_help.move, name="patrol-help-move"),
    path("patrols/help/places/new", patrol_help.new, name="patrol-help-new"),
    path("patrols/help/places/<int:place_id>/", patrol_help.one, name="patrol-help-place"),
    path("patrols/help/places/<int:place_id>/poster", patrol_help.poster, name="patrol-help-poster"),
    path("patrols/help/places/<int:place_id>/renew", patrol_help.renew, name="patrol-help-renew"),
]
