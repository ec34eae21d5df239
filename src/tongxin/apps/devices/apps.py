from django.apps import AppConfig

from tongxin import words


class DevicesConfig(AppConfig):
    name = "tongxin.apps.devices"
    label = "devices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongxin.apps.devices import sentences

        words.REFUSALS.update(sentences.REFUSALS)
