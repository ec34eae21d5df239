from django.apps import AppConfig

from tongxin import words


class InsightConfig(AppConfig):
    name = "tongxin.apps.insight"
    label = "insight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongxin.apps.insight import sentences

        words.REFUSALS.update(sentences.REFUSALS)
