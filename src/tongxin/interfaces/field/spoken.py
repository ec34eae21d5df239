"""What the scripts say, in the reader's language: each page carries it, so that it is there without a network."""

from django.utils.translation import gettext as _


def for_scripts() -> dict[str, str]:
    """Return the sentences by the name a script calls them by; `{n}` stands for a number."""
    return {
        "offline": _("No network; work as usual"),
        "kept": _("{n} kept on the phone, sent when there is a network"),
        "none_kept": _("What you do is kept on the phone"),
        "waiting": _("{n} wait to be sent"),
        "sending": _("Sending {n}"),
        "attention": _("{n} not sent: please look"),
        "signed_out": _("Signed out. {n} are safe on the phone: sign in to send them"),
        "others": _("{n} of somebody else wait on this phone: they sign in to send them"),
        "sign_in": _("Sign in"),
        "look": _("Look"),
        "state_waiting": _("Waits"),
        "state_sending": _("Sending"),
        "state_accepted": _("Sent"),
        "state_refused": _("Not sent"),
        "state_conflict": _("Changed meanwhile"),
        "again": _("Send again"),
        "keep": _("Send as written"),
        "drop": _("Drop"),
        "drop_sure": _("Drop what you wrote here? It cannot be brought back."),
        "photos": _("{n} photos"),
        "no_room": _("The phone has no room left. Free some, then try again; what you wrote is still here."),
        "no_photo": _("This file is no photo the phone can read. Take another one."),
        "online_only": _("This step needs a network"),
        "metres": _("about {n} m away"),
        "kilometres": _("about {n} km away"),
        "place_found": _("within about {n} m"),
        "place_failed": _("The place cannot be found now. Choose the grid instead."),
        "place_asked": _("Finding the place…"),
        "choose_kind": _("Choose what it is."),
        "choose_place": _("Say where: find the place, or choose the grid."),
        "needs_photos": _("Needs {n} photos of the result"),
        "needs_before": _("Needs {n} photos of the start"),
        "needs_done": _("Say what was done."),
        "needs_text": _("This kind must be told in words."),
        "next": _("Next"),
        "without_photo": _("Without a photo"),
        "stored": _("Kept. Sent when there is a network."),
        "missing_ticks": _("{n} still to look at"),
        "remove": _("Remove"),
    }
