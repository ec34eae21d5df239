"""`tongxin openapi`: the descriptions of the API and of its other doors, to the screen or into docs/api."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tongxin.interfaces.api.intake import described as intake
from tongxin.interfaces.api.open311 import described as open311
from tongxin.interfaces.api.v1.api import api

FOLDER = settings.ROOT / "docs" / "api"
SNAPSHOT = FOLDER / "openapi.json"
DOORS: dict[str, Callable[[], Any]] = {
    "openapi": api.get_openapi_schema,
    "open311": open311.description,
    "intake": intake.description,
}


def description(door: str = "openapi") -> str:
    """Return the description of a door as it is committed."""
    return json.dumps(DOORS[door](), ensure_ascii=False, indent=1, default=str) + "\n"


class Command(BaseCommand):
    help = "Print a door's description (OpenAPI 3.1), or write the committed snapshots of all with --write."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("door", nargs="?", choices=DOORS, default="openapi")
        parser.add_argument("--write", action="store_true", help=f"write {FOLDER}/*.json")

    def handle(self, *, door: str, write: bool, **options: Any) -> None:
        if not write:
            self.stdout.write(description(door), ending="")
            return
        FOLDER.mkdir(parents=True, exist_ok=True)
        for each in DOORS:
            path = FOLDER / f"{each}.json"
            path.write_text(description(each), encoding="utf-8")
            self.stdout.write(str(path))
