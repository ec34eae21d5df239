"""Tables of the work on the grid: plans and rounds, visits to places, vans, calls for help. Never of persons."""

from tongxin.apps.patrols.models.help import HelpCall, HelpPlace, Responder
from tongxin.apps.patrols.models.rounds import CheckIn, Plan, Point, Round
from tongxin.apps.patrols.models.vans import Run, Stop, StopCheck, Van
from tongxin.apps.patrols.models.visits import Visit

__all__ = [
    "CheckIn",
    "HelpCall",
    "HelpPlace",
    "Plan",
    "Point",
    "Responder",
    "Round",
    "Run",
    "Stop",
    "StopCheck",
    "Van",
    "Visit",
]
