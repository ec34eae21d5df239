"""A process that needs the database of a home, told what to do line by line: `python -m tests.postgres.visitor`."""

import os
import sys
from pathlib import Path

import psycopg
from psycopg.pq import Ping  # noqa: F401  loaded before the rights go: nobody may read the interpreter's folder

from tongxin.postgres import django_settings, running
from tongxin.rules.errors import Refused


def main(home: Path, uid: int) -> None:
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    try:
        with running(home, durable="durable" in sys.argv) as server:
            tell("in", server.child.pid if server.child else "adopted")
            for line in sys.stdin:
                words = line.split()
                if words == ["ensure"]:
                    server.ensure()
                    tell("ensured")
                elif words == ["leave"]:
                    break
                else:
                    tell("said", *ask(home, line))
        tell("left")
    except Refused as refusal:
        tell("refused", refusal.code, *refusal.facts.values())
    except KeyboardInterrupt:
        tell("interrupted")


def ask(home: Path, sql: str) -> list[object]:
    at = django_settings({}, home)
    with psycopg.connect(host=at["HOST"], port=at["PORT"], user=at["USER"], dbname=at["NAME"]) as connection:
        cursor = connection.execute(sql)
        return [value for row in cursor for value in row] if cursor.description else []


def tell(*words: object) -> None:
    print(*words, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
