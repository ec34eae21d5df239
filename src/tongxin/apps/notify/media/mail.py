"""Letters by e-mail, over one connection for a batch."""

import smtplib
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from tongxin.apps.notify.media.parcel import Outcome, Parcel


def send(parcels: Iterable[Parcel]) -> Iterator[Outcome]:
    """Send letters; what one recipient's server refuses keeps none of the others."""
    if not settings.EMAIL_HOST:
        for _ in parcels:
            yield Outcome(False, "no_mail", is_final=True)
        return
    connection = get_connection()
    try:
        for parcel in parcels:
            yield _send(parcel, connection)
    finally:
        connection.close()


def _send(parcel: Parcel, connection: object) -> Outcome:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    text = f"{parcel.text}\n\n{parcel.link}\n" if parcel.link else f"{parcel.text}\n"
    # the same name each time: a reader who gets it twice sees it once
    headers = {"Message-ID": f"<{parcel.key}@{host}>", "Auto-Submitted": "auto-generated"}
    letter = EmailMessage(parcel.title, text, to=[parcel.to], headers=headers, connection=connection)
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        return Outcome(False, f"smtp_{code}", is_final=code >= 500, is_gone=code in (550, 551, 553))
    except smtplib.SMTPResponseException as refused:
        return Outcome(False, f"smtp_{refused.smtp_code}", is_final=refused.smtp_code >= 500)
    except (smtplib.SMTPException, OSError) as wrong:
        connection.close()  # type: ignore[attr-defined]
        return Outcome(False, "timeout" if isinstance(wrong, TimeoutError) else "unreachable")
    return Outcome(True, "250")
