"""The addresses behind a receipt's link, and of joining; one list, which `urls.py` takes over."""

from django.urls import path

from tongxin.interfaces.portal import (
    following,
    following_acts,
    following_proof,
    following_push,
    following_rights,
    following_telling,
)

urlpatterns = [
    path("t/", following_proof.mine, name="mine"),
    path("t/<uuid:receipt>/", following.track, name="track"),
    path("t/<uuid:receipt>/prove", following_proof.prove, name="prove"),
    path("t/<uuid:receipt>/photo/<int:evidence_id>", following.photo, name="photo"),
    path("t/<uuid:receipt>/add", following_acts.add, name="add"),
    path("t/<uuid:receipt>/urge", following_acts.urge, name="urge"),
    path("t/<uuid:receipt>/withdraw", following_acts.withdraw, name="withdraw"),
    path("t/<uuid:receipt>/rate", following_acts.rate, name="rate"),
    path("t/<uuid:receipt>/appeal", following_acts.appeal, name="appeal"),
    path("t/<uuid:receipt>/readers", following_rights.readers, name="readers"),
    path("t/<uuid:receipt>/data", following_rights.data, name="data"),
    path("t/<uuid:receipt>/data.json", following_rights.data_json, name="data-json"),
    path("t/<uuid:receipt>/data.pdf", following_rights.data_pdf, name="data-pdf"),
    path("t/<uuid:receipt>/telling", following_telling.telling, name="telling"),
    path("t/<uuid:receipt>/push", following_push.push, name="push"),
    path("t/<uuid:receipt>/contact", following_rights.contact, name="contact"),
    path("t/<uuid:receipt>/link", following_rights.link, name="link"),
    path("t/<uuid:receipt>/erase", following_rights.erase, name="erase"),
    path("t/<uuid:receipt>/erased", following_rights.erased, name="erased"),
    path("t/<str:receipt>/", following.unknown, name="unknown"),
    path("join/<str:number>/", following_acts.join, name="join"),
]
