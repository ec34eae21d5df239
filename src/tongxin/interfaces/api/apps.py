from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "tongxin.interfaces.api"
    label = "api"
