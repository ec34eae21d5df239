"""The look as a Django app: whatever the apps and doors refuse, it can say."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule

from tongxin import words


class LookConfig(AppConfig):
    name = "tongxin.look"
    label = "look"

    def ready(self) -> None:
        """Let the sentences of every app and door join the house's."""
        for each in apps.get_app_configs():
            if each.name.startswith("tongxin.") and module_has_submodule(each.module, "sentences"):
                words.REFUSALS.update(import_module(f"{each.name}.sentences").REFUSALS)
