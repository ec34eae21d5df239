"""The command line: `tongxin <command>`, also `python -m tongxin <command>`."""

import os
import signal
import sys
from contextlib import AbstractContextManager, nullcontext

from tongxin import postgres
from tongxin.rules.errors import Refused

# Commands that read no table, and `doctor`, which must be able to say that the database does not start.
WITHOUT_DATABASE = {
    "check", "collectstatic", "compilemessages", "diffsettings", "doctor", "findstatic", "help", "makemessages",
    "startapp", "startproject", "version",
}  # fmt: skip


def main() -> None:
    """Run one command, with the embedded server below it if it needs a database and nobody named another."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.settings")
    from django.core.management import execute_from_command_line

    for end in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(end) is signal.SIG_DFL:  # nohup ignores SIGHUP, and so do we then
            signal.signal(end, _leave)
    try:
        with _database(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except Refused as refusal:
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _leave(number: int, _frame: object) -> None:
    """End in good order: what `finally` has to do is done, the server is stopped if nobody else needs it."""
    sys.exit(128 + number)


def _database(words: list[str]) -> AbstractContextManager[object]:
    """Return what keeps the database running during this command."""
    from django.conf import settings
    from django.core.management import get_commands

    command = words[0] if words else "help"
    known = command in get_commands() and command not in WITHOUT_DATABASE
    if not known or {"-h", "--help"} & set(words) or os.environ.get("DATABASE_URL", "").strip():
        return nullcontext()
    return postgres.running(settings.HOME)


if __name__ == "__main__":
    main()
