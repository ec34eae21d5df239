"""`tongxin openapi`: the API's description, to the screen or into docs/api."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tongxin.interfaces.api.v1.api import api

SNAPSHOT = settings.ROOT / "docs" / "api" / "openapi.json"


def description() -> str:
    """Return openapi.json as it is committed."""
    return json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1, default=str) + "\n"


class Command(BaseCommand):
    help = "Print the API's description (OpenAPI 3.1), or write the committed snapshot with --write."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help=f"write {SNAPSHOT}")

    def handle(self, *, write: bool, **options: Any) -> None:
        if write:
            SNAPSHOT.parent.mkdir(parents=True, exist_ok=True)
            SNAPSHOT.write_text(description(), encoding="utf-8")
            self.stdout.write(str(SNAPSHOT))
        else:
            self.stdout.write(description(), ending="")
