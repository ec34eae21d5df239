"""Where everything meets: one line a door."""

from django.urls import include, path

urlpatterns = [
    path("", include("tongxin.interfaces.api.urls")),
    path("account/", include("allauth.urls")),
    path("look/", include("tongxin.look.urls")),
    path("p/", include("tongxin.interfaces.portal.urls")),
    path("f/", include("tongxin.interfaces.field.urls")),
    path("", include("tongxin.interfaces.desk.urls")),
]
