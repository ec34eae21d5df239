"""The addresses of the 12345 desk: the call at hand, what is left of calls, the knowledge base."""

from django.urls import path

from tongxin.interfaces.desk import hotline, hotline_knowledge, hotline_letters, hotline_lists

urlpatterns = [
    path("call/", hotline.page, name="call"),
    path("call/bar", hotline.bar, name="call-bar"),
    path("call/act", hotline.act, name="call-act"),
    path("call/seat", hotline.seat, name="call-seat"),
    path("call/places", hotline.places, name="call-places"),
    path("call/beside", hotline.beside, name="call-beside"),
    path("call/draft", hotline.draft, name="call-draft"),
    path("call/drafts/", hotline_lists.drafts, name="call-drafts"),
    path("call/returned/", hotline_lists.returned, name="call-returned"),
    path("call/letters/", hotline_letters.index, name="call-letters"),
    path("call/letters/<int:letter_id>/", hotline_letters.one, name="call-letter"),
    path("call/figures/", hotline_lists.figures, name="call-figures"),
    path("knowledge/", hotline_knowledge.index, name="knowledge"),
    path("knowledge/write/", hotline_knowledge.write, name="knowledge-write"),
    path("knowledge/v/<int:version_id>/<str:act>", hotline_knowledge.move, name="knowledge-move"),
    path("knowledge/<slug:code>/", hotline_knowledge.one, name="knowledge-one"),
]
