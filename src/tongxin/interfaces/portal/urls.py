"""The addresses of this door, all under /p/: the city's own, and the same pages of a county under its slug."""

from django.urls import path

from tongxin.interfaces.portal import following_urls, home

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("notices/", home.notices, name="notices"),
    path("service/<int:index>/", home.service, name="service"),
    *following_urls.urlpatterns,
    path("<slug:slug>/colors-<slug:hue>.css", home.colors, name="colors"),
    path("<slug:slug>/", home.home, name="home-of"),
    path("<slug:slug>/notices/", home.notices, name="notices-of"),
    path("<slug:slug>/service/<int:index>/", home.service, name="service-of"),
]
