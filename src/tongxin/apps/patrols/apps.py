from django.apps import AppConfig

from tongxin import words


class PatrolsConfig(AppConfig):
    name = "tongxin.apps.patrols"
    label = "patrols"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongxin.apps.patrols import sentences

        words.REFUSALS.update(sentences.REFUSALS)
