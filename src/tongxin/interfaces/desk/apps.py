from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "tongxin.interfaces.desk"
    label = "desk"
