"""The addresses of this door, all under /f/."""

from django.urls import URLPattern, URLResolver, include, path

from tongxin.interfaces.field import (
    ground,
    installing,
    keeping,
    matter,
    mine,
    notices,
    report,
    syncing,
    tasks,
    today,
    waiting,
)
from tongxin.interfaces.field import taking as _taking  # noqa: F401  (registers what it takes)

app_name = "field"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("todo/", tasks.listed, name="tasks"),
    path("report/", report.report, name="report"),
    path("report/forms/", report.forms, name="report-forms"),
    path("map/", ground.shown, name="map"),
    path("mine/", mine.mine, name="mine"),
    path("mine/push", mine.push, name="push"),
    path("notices/", notices.index, name="notices"),
    path("notices/read", notices.read, name="notices-read"),
    path("notices/<int:notice_id>/", notices.one, name="notice"),
    path("waiting/", waiting.waiting, name="waiting"),
    path("m/<str:number>/", matter.matter, name="matter"),
    path("m/<str:number>/<int:evidence_id>/", matter.photo, name="photo"),
    path("", include("tongxin.interfaces.field.patrol_urls")),
    path("sync", syncing.sync, name="sync"),
    path("kept.json", keeping.kept, name="kept"),
    path("offline/", installing.offline, name="offline"),
    path("sw.js", installing.worker, name="worker"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
]
