"""The classes of templates, as the first letter of their code says. Source: catalog/templates.json; domain.md §4."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CLASSES: Mapping[str, Promise] = {
    "A": _("Disputes"),
    "B": _("Public safety"),
    "C": _("Streets and order"),
    "D": _("Public equipment"),
    "E": _("Environment"),
    "F": _("Services"),
    "G": _("Security of places"),
    "H": _("Emergencies"),
    "I": _("Village affairs"),
}
