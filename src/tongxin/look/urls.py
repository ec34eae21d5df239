"""The two switches of every page, large letters and language, and the page of components."""

from django.urls import path
from django.views.i18n import set_language

from tongxin.look import views

app_name = "look"
urlpatterns = [
    path("elder", views.elder, name="elder"),
    path("language", set_language, name="language"),
    path("kit", views.kit, name="kit"),
]
