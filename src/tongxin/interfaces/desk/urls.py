"""The desk's addresses."""

from django.urls import include, path

from tongxin.interfaces.desk import acts, evidence, figures, home, matter, queue, report
from tongxin.interfaces.desk import export as exports
from tongxin.interfaces.desk import map as maps
from tongxin.interfaces.desk.admin import (
    areas,
    audit,
    calendar,
    keys,
    outbox,
    posts,
    routing,
    suggestions,
    templates,
    units,
)

app_name = "desk"
urlpatterns = [
    path("", include("tongxin.interfaces.desk.light_urls")),
    path("", include("tongxin.interfaces.desk.duty_urls")),
    path("", include("tongxin.interfaces.desk.over_urls")),
    path("", include("tongxin.interfaces.desk.rule_urls")),
    path("", include("tongxin.interfaces.desk.patrol_urls")),
    path("", include("tongxin.interfaces.desk.notice_urls")),
    path("", include("tongxin.interfaces.desk.insight_urls")),
    # where matters are worked
    path("", home.home, name="home"),
    path("switch", home.switch, name="switch"),
    path("q/<str:state>/", queue.queue, name="queue"),
    path("m/", queue.matters, name="matters"),
    path("m/<str:number>/", matter.matter, name="matter"),
    path("m/<str:number>/peek", matter.peek, name="peek"),
    path("m/<str:number>/contact", matter.contact, name="contact"),
    path("m/<str:number>/units", acts.units, name="act-units"),
    path("m/<str:number>/act/<str:act>/", acts.act, name="act"),
    path("m/<str:number>/evidence", evidence.add, name="evidence-add"),
    path("m/<str:number>/evidence/<int:evidence_id>", evidence.show, name="evidence"),
    path("report/", report.report, name="report"),
    path("report/kinds", report.kinds_found, name="report-kinds"),
    path("report/form", report.form, name="report-form"),
    path("report/areas", report.areas, name="report-areas"),
    path("report/locate", report.locate, name="report-locate"),
    # the map, administration, keys, audit
    path("figures/", figures.index, name="figures"),
    path("map/", maps.index, name="map"),
    path("map/<str:name>.json", maps.layer, name="map-layer"),
    path("m/export.<str:form>", exports.export, name="export"),
    path("admin/templates/", templates.index, name="templates"),
    path("admin/templates/<str:code>/", templates.one, name="template"),
    path("admin/routing/", routing.index, name="routing"),
    path("admin/routing/<str:code>/", routing.one, name="rule"),
    path("admin/suggestions/", suggestions.index, name="suggestions"),
    path("admin/suggestions/switch", suggestions.switch, name="suggestions-switch"),
    path("admin/calendar/", calendar.index, name="calendar"),
    path("admin/calendar/set", calendar.set_day, name="calendar-set"),
    path("admin/calendar/clear", calendar.clear_day, name="calendar-clear"),
    path("admin/units/", units.index, name="units"),
    path("admin/units/<int:unit_id>/", units.one, name="unit"),
    path("admin/posts/", posts.index, name="posts"),
    path("admin/posts/register/", posts.register, name="posts-register"),
    path("admin/posts/person/<int:person_id>/", posts.of_person, name="posts-person"),
    path("admin/posts/unit/<int:unit_id>/", posts.of_unit, name="posts-unit"),
    path("admin/posts/<int:post_id>/end", posts.end, name="posts-end"),
    path("admin/areas/", areas.index, name="areas"),
    path("admin/areas/<str:code>/retire", areas.retire, name="area-retire"),
    path("admin/keys/", keys.index, name="keys"),
    path("admin/keys/<int:key_id>/revoke", keys.revoke, name="key-revoke"),
    path("admin/outbox/", outbox.index, name="outbox"),
    path("admin/outbox/retry", outbox.retry, name="outbox-retry"),
    path("admin/audit/", audit.index, name="audit"),
    path("admin/audit/unmaskings/", audit.unmaskings, name="audit-unmaskings"),
]
