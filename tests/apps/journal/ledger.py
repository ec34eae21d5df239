"""A reaction that leaves a trace, and a process that does nothing but drain: to be killed in the middle."""

import os
import sys
import time

import django

PAID = "CREATE TABLE IF NOT EXISTS journal_test_paid (entry_id bigint NOT NULL)"


def pay(entries, now):
    """Write down each entry; a second payment would be a second row."""
    from tongxin.postgres import batches

    batches.run("INSERT INTO journal_test_paid SELECT * FROM unnest(%s::bigint[])", ([entry.pk for entry in entries],))


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.utils import timezone

    from tongxin.apps.journal import outbox

    @outbox.reacts_to("matter.step", name="tests.pay")
    def pay_slowly(entries, now):
        pay(entries, now)
        print("paying", flush=True)
        time.sleep(0.15)

    while any(outbox.drain(timezone.now(), limit=20)):
        pass


if __name__ == "__main__":
    sys.exit(main())
