"""Letters by e-mail, over one connection for a batch."""

import smtplib
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from tongxin.apps.notify.media.parcel import Hosts, Outcome, Parcel

TIMEOUT = Outcome(False, "timeout")


def send(parcels: Iterable[Parcel]) -> Iterator[Outcome]:
    """Send letters; what one recipient's server refuses keeps none of the others."""
    if not settings.EMAIL_HOST:
        for _ in parcels:
            yield Outcome(False, "no_mail", is_final=True)
        return
    connection, hosts = get_connection(), Hosts()
    try:
        for parcel in parcels:
            outcome = TIMEOUT if hosts.is_silent(settings.EMAIL_HOST) else _send(parcel, connection)
            if outcome is TIMEOUT:
                hosts.note(settings.EMAIL_HOST)
            yield outcome
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
        is_late = isinstance(wrong, TimeoutError) or isinstance(wrong.__context__, TimeoutError)  # as smtplib wraps it
        return TIMEOUT if is_late else Outcome(False, "unreachable")
    return Outcome(True, "250")
