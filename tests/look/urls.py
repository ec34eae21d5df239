"""Pages of these tests: the components, and a desk with a queue and a matter made of them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path

from tests.look import desk

urlpatterns = [
    path("look/", include("tongxin.look.urls")),
    path("account/", include("allauth.urls")),
    path("look/queue", lambda request: HttpResponse(desk.queue(request))),
    path("look/peek", lambda request: HttpResponse("<p>peeked</p>")),
    path("look/opened", lambda request: HttpResponse("<title>opened</title>")),
    path("look/missing", lambda request: render(request, "404.html")),
]
