from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "tongxin.look"
    label = "look"
