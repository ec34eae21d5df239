"""The addresses of posts that change hands, rosters, and what is sealed."""

from django.urls import path

from tongxin.interfaces.desk import duties, readers, roster, sealing

urlpatterns = [
    path("me/posts/", duties.mine, name="my-posts"),
    path("posts/<int:post_id>/", duties.one, name="post"),
    path("posts/<int:post_id>/stand-in/end", duties.end_stand_in, name="post-stand-in-end"),
    path("posts/<int:post_id>/hand-over", duties.hand_over, name="post-hand-over"),
    path("posts/<int:post_id>/seals", duties.name, name="post-seals"),
    path("m/<str:number>/take-up", duties.take_up, name="take-up"),
    path("m/<str:number>/readers", readers.readers, name="readers"),
    path("roster/", roster.mine, name="roster"),
    path("roster/<int:unit_id>/", roster.one, name="roster-unit"),
    path("unseal/", sealing.unseal, name="unseal"),
    path("unseal/<int:unsealing_id>/end", sealing.reseal, name="unseal-end"),
    path("admin/unsealings/", sealing.unsealings, name="unsealings"),
]
