"""The command line: `tongxin <command>`, also `python -m tongxin <command>`."""

import os
import signal
import sys
from contextlib import AbstractContextManager, nullcontext

from tongxin import postgres, words
from tongxin.interfaces.console import terminal
from tongxin.rules.errors import Refused

# Commands that read no table, and `doctor`, which must be able to say that the database does not start.
WITHOUT_DATABASE = {
    "assets", "check", "collectstatic", "compilemessages", "diffsettings", "doctor", "draw_lifecycle", "findstatic",
    "gateway_simulator", "help", "makemessages", "messages", "openapi", "startapp", "startproject", "version",
}  # fmt: skip


def main() -> None:
    """Run one command, the database below it, and say a refusal in words."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.settings")
    import django
    from django.core.management import execute_from_command_line

    for end in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(end) is signal.SIG_DFL:  # nohup ignores SIGHUP, and so do we then
            signal.signal(end, _leave)
    try:
        django.setup()
        with database_for(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except Refused as refusal:
        sys.exit(_in_words(refusal))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _leave(number: int, _frame: object) -> None:
    """End in good order: what `finally` has to do is done, the server is stopped if nobody else needs it."""
    sys.exit(128 + number)


def _in_words(refusal: Refused) -> str:
    """Return the sentence of a refusal in the language of the terminal: Chinese, unless it is set to English."""
    try:
        return words.say(refusal, terminal.language(os.environ))
    except KeyError:
        return str(refusal)  # an error without words must not hide behind another one


def database_for(arguments: list[str]) -> AbstractContextManager[object]:
    """Return what keeps the database running during this command, if it needs one and nobody named another."""
    from django.conf import settings
    from django.core.management import get_commands

    command = arguments[0] if arguments else "help"
    known = command in get_commands() and command not in WITHOUT_DATABASE
    if not known or {"-h", "--help"} & set(arguments) or not postgres.is_embedded(os.environ):
        return nullcontext()
    return postgres.running(settings.HOME)


if __name__ == "__main__":
    main()
