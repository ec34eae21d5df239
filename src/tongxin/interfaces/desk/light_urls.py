"""The addresses of what makes daily work light: finding, printing, own lists, ready texts, many matters at once."""

from django.urls import path

from tongxin.interfaces.desk import bulk, macros, palette, printing, saved
from tongxin.interfaces.desk.admin import texts

urlpatterns = [
    path("find/", palette.find, name="find"),
    path("m/many/done/", bulk.outcome, name="many-done"),
    path("m/many/macro/<int:macro_id>/", macros.take, name="macro"),
    path("m/many/<str:act>/", bulk.many, name="many"),
    path("admin/texts/", texts.index, name="texts"),
    path("admin/texts/<str:what>/<int:id>/", texts.one, name="text"),
    path("lists/", saved.index, name="lists"),
    path("lists/keep", saved.keep, name="list-keep"),
    path("lists/<int:list_id>", saved.change, name="list"),
    path("m/<str:number>/print.pdf", printing.pdf, name="print"),
    path("go/matter/<str:number>", printing.go, name="go-matter"),
]
