"""Addresses of notices, of running them, and of webhooks."""

from django.urls import path

from tongxin.interfaces.desk import notices, notices_admin
from tongxin.interfaces.desk.admin import webhooks

urlpatterns = [
    path("notices/", notices.index, name="notices"),
    path("notices/read", notices.read, name="notices-read"),
    path("notices/choices/", notices.choices, name="notice-choices"),
    path("notices/<int:notice_id>/", notices.one, name="notice"),
    path("admin/notices/", notices_admin.sendings, name="sendings"),
    path("admin/notices/retry", notices_admin.retry, name="sendings-retry"),
    path("admin/notices/words/", notices_admin.wordings, name="wordings"),
    path("admin/notices/robots/", notices_admin.robots, name="robots"),
    path("admin/notices/robots/<int:robot_id>/drop", notices_admin.drop_robot, name="robot-drop"),
    path("admin/webhooks/", webhooks.index, name="webhooks"),
    path("admin/webhooks/<int:endpoint_id>/", webhooks.one, name="webhook"),
    path("admin/webhooks/<int:endpoint_id>/replay", webhooks.replay, name="webhook-replay"),
    path("admin/webhooks/<int:endpoint_id>/remove", webhooks.remove, name="webhook-remove"),
]
