"""The API as a Django app: its sentences join the house's, its log lines get their form."""

from django.apps import AppConfig

from tongxin import words


class ApiConfig(AppConfig):
    name = "tongxin.interfaces.api"
    label = "api"

    def ready(self) -> None:
        from tongxin.interfaces.api import log, sentences
        from tongxin.interfaces.api.open311 import sentences as open311

        words.REFUSALS.update(sentences.REFUSALS)
        words.REFUSALS.update(open311.REFUSALS)
        log.configure()
