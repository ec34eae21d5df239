from django.apps import AppConfig

from tongxin import words


class PublicityConfig(AppConfig):
    name = "tongxin.apps.publicity"
    label = "publicity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongxin.apps.publicity import sentences

        words.REFUSALS.update(sentences.REFUSALS)
