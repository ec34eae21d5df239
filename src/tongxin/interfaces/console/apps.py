from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "tongxin.interfaces.console"
    label = "console"
