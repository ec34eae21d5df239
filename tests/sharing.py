"""How workers share the tests: one walks the journeys, one after the other; the rest keeps the others busy.

A journey is a browser, a server and a database beside its test: two of them at once want more than two cores, and wait
too long for one another. They are long, too: begun last, they would leave the other worker idle at the end.
"""

from xdist.scheduler.loadscope import LoadScopeScheduling
from xdist.workermanage import WorkerController

JOURNEYS = "tests/journeys/"


class Sharing(LoadScopeScheduling):
    """Modules stay whole. The first worker takes journeys first; another takes one where nothing else is left."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        walks = node is self.nodes[0]
        first = next((scope for scope in self.workqueue if scope.startswith(JOURNEYS) is walks), None)
        if first is not None:
            self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)
