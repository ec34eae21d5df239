from django.apps import AppConfig

from tongxin import words


class MattersConfig(AppConfig):
    name = "tongxin.apps.matters"
    label = "matters"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongxin.apps.matters import sentences

        words.REFUSALS.update(sentences.REFUSALS)
