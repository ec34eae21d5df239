from django.apps import AppConfig

from tongxin import words


class FieldConfig(AppConfig):
    name = "tongxin.interfaces.field"
    label = "field"

    def ready(self) -> None:
        from tongxin.interfaces.field import sentences

        words.REFUSALS.update(sentences.REFUSALS)
