from django.apps import AppConfig

from tongxin import words


class ConsoleConfig(AppConfig):
    name = "tongxin.interfaces.console"
    label = "console"

    def ready(self) -> None:
        """Add the sentences of this door's own refusals."""
        from tongxin.interfaces.console.importing import sentences as importing
        from tongxin.interfaces.console.listening import sentences as listening

        words.REFUSALS.update({**importing.REFUSALS, **listening.REFUSALS})
