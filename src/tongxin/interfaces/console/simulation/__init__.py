"""A city's life, simulated through the real rules: who reports what, where and when, and how it goes on.

Everything goes through `report_many`, `attach_known_many` and `take_many`; nothing sets a state.
"""

from tongxin.interfaces.console.simulation.run import Outcome, simulate
from tongxin.interfaces.console.simulation.stage import SimulationRefused

__all__ = ["Outcome", "SimulationRefused", "simulate"]
