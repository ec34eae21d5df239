"""Addresses of what lies over matters: acts and their forms, lists, orders, call-backs."""

from django.urls import path

from tongxin.interfaces.desk import call_backs, merging, orders, overlay_acts, overlay_queues

urlpatterns = [
    path("call-backs/", call_backs.work, name="call-backs"),
    path("orders/", orders.index, name="orders"),
    path("orders/new", orders.new, name="order-new"),
    path("orders/<str:number>/", orders.order, name="order"),
    path("orders/<str:number>/cancel", orders.cancel, name="order-cancel"),
    path("o/<str:name>/", overlay_queues.queue, name="over-queue"),
    path("m/<str:number>/masters", merging.masters_found, name="act-masters"),
    path("m/<str:number>/over/<str:act>/", overlay_acts.act, name="over"),
    path("m/<str:number>/over/<str:act>/units", overlay_acts.units, name="over-units"),
    path("m/<str:number>/over/<str:act>/due", overlay_acts.due, name="over-due"),
]
