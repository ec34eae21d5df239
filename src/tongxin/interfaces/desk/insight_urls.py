"""The addresses of what the city learns of its own work."""

from django.urls import path

from tongxin.interfaces.desk import reverse_check, reverse_compare, tables

urlpatterns = [
    path("reverse/", reverse_check.index, name="reverse"),
    path("reverse/figures/", reverse_check.figures, name="reverse-figures"),
    path("reverse/figures/export.<str:form>", tables.reported_first, name="reverse-export"),
    path("reverse/rule/", reverse_check.rule, name="reverse-rule"),
    path("reverse/compare/", reverse_compare.compare, name="reverse-compare"),
    path("reverse/progress/", reverse_compare.progress, name="reverse-progress"),
    path("reverse/<str:number>/", reverse_check.one, name="reverse-one"),
]
