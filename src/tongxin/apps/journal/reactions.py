"""What the journal itself does every so often."""

from datetime import datetime

from tongxin.apps.journal import evidence
from tongxin.apps.journal.worker import every


@every(24 * 3600)
def sweep_evidence(now: datetime) -> None:
    """Remove the files of evidence that no row refers to."""
    evidence.sweep()
