from django.apps import AppConfig

from tongxin import words


class AlarmsConfig(AppConfig):
    name = "tongxin.apps.alarms"
    label = "alarms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongxin.apps.alarms import sentences

        words.REFUSALS.update(sentences.REFUSALS)
