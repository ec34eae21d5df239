from django.apps import AppConfig

from tongxin import words


class PortalConfig(AppConfig):
    name = "tongxin.interfaces.portal"
    label = "portal"

    def ready(self) -> None:
        from tongxin.interfaces.portal import sentences

        words.REFUSALS.update(sentences.REFUSALS)
