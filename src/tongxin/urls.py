"""Where everything meets: one line a door."""

urlpatterns: list = []
