"""The addresses of what makes daily work light: finding, printing, own lists, ready texts, many matters at once."""

from django.urls import path

from tongxin.interfaces.desk import palette, printing

urlpatterns = [
    path("find/", palette.find, name="find"),
    path("m/<str:number>/print.pdf", printing.pdf, name="print"),
    path("go/matter/<str:number>", printing.go, name="go-matter"),
]
