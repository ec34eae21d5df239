"""The addresses of this door, all under /p/: the city's own, and the same pages of a county under its slug."""

from django.urls import path

from tongxin.interfaces.portal import following_push, following_urls, ground, hints, home, receipt, report

# name: address below /p/ and below /p/<slug>/, view
PAGES = {
    "home": ("", home.home),
    "notices": ("notices/", home.notices),
    "service": ("service/<int:index>/", home.service),
    "report": ("report/", report.report),
    "report-kinds": ("report/kinds", hints.guesses),
    "report-place": ("report/place", hints.place),
    "report-places": ("report/places", hints.places),
    "report-ground": ("report/ground", ground.pick),
    "map": ("map/", ground.index),
}

app_name = "portal"
urlpatterns = [
    *following_urls.urlpatterns,
    path("sw.js", following_push.worker, name="worker"),
    path("r/<uuid:receipt>/", receipt.receipt, name="receipt"),
    *(path(address, view, name=name) for name, (address, view) in PAGES.items()),
    path("<slug:slug>/colors-<slug:hue>.css", home.colors, name="colors"),
    *(path(f"<slug:slug>/{address}", view, name=f"{name}-of") for name, (address, view) in PAGES.items()),
]
