from django.apps import AppConfig

from tongxin import words


class NotifyConfig(AppConfig):
    name = "tongxin.apps.notify"
    label = "notify"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongxin.apps.notify import sentences

        words.REFUSALS.update(sentences.REFUSALS)
