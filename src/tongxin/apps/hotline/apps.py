from django.apps import AppConfig

from tongxin import words


class HotlineConfig(AppConfig):
    name = "tongxin.apps.hotline"
    label = "hotline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongxin.apps.hotline import reactions, sentences  # noqa: F401

        words.REFUSALS.update(sentences.REFUSALS)
