"""The API as a Django app: its log lines get their form."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "tongxin.interfaces.api"
    label = "api"

    def ready(self) -> None:
        from tongxin.interfaces.api import log

        log.configure()
