"""Addresses of changing rules: proposals, and the book of limits and triggers."""

from django.urls import path

from tongxin.interfaces.desk.admin import limits, proposals

urlpatterns = [
    path("admin/rules/", proposals.index, name="rules"),
    path("admin/rules/<int:proposal_id>/", proposals.one, name="proposal"),
    path("admin/rules/<int:proposal_id>/progress", proposals.progress, name="proposal-progress"),
    path("admin/rules/<int:proposal_id>/drop", proposals.drop, name="proposal-drop"),
    path("admin/rules/<int:proposal_id>/act/<str:name>", proposals.act, name="proposal-act"),
    path("admin/limits/", limits.index, name="limits"),
]
