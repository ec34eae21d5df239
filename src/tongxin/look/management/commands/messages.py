"""`tongxin messages`: bring the catalogue up to the sources, or compile it."""

from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongxin.look import catalog


class Command(BaseCommand):
    help = "Bring locale/zh_Hans up to the sources, naming what lacks Chinese; --compile writes the .mo for a start."
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--compile", action="store_true", help="only write the .mo file")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["compile"]:
            missing = catalog.untranslated(catalog.update())
            if missing:
                raise CommandError(
                    f"{len(missing)} messages lack Chinese in {catalog.po_file()}:\n" + "\n".join(missing)
                )
        self.stdout.write(f"{catalog.compile_catalog()} messages compiled")
