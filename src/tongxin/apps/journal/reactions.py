"""What the journal itself does every so often."""

from datetime import datetime

from tongxin.apps.journal import evidence, seals
from tongxin.apps.journal.worker import every


@every(24 * 3600)
def sweep_evidence(now: datetime) -> None:
    """Remove the files of evidence that no row refers to."""
    evidence.sweep()


@every(600)
def seal_the_days(now: datetime) -> None:
    """Seal the days that are over."""
    seals.seal_days(now)
