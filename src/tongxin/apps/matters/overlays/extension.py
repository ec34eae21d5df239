"""延期: a granted extension lengthens the handling clock and the whole one; the old due moment stays in its row."""

from datetime import datetime
from typing import Any

from tongxin.apps.matters.overlaying import Scene, does
from tongxin.apps.matters.seats import knows
from tongxin.apps.matters.standing import Standing
from tongxin.rules.deadlines import Clock
from tongxin.rules.overlays.extension import Act
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.working_time import Limit


@knows(Overlay.EXTENSION)
def allowed(matter: Standing, _: Any, __: datetime) -> dict[str, object]:
    rules = matter.book.extensions
    return {"most": rules.most, "share": rules.share}


@does(Act.ASK, Act.ASK_MORE)
def ask(scene: Scene) -> None:
    row = scene.row
    row.round = scene.matter.extensions + 1
    row.limit = str(scene.ask.limit)
    row.is_special = scene.act == Act.ASK_MORE
    row.old_due_at = scene.facts.handle_due_at
    scene.data |= {"limit": row.limit, "round": row.round}


@does(Act.ENDORSE)
def endorse(scene: Scene) -> None:
    scene.row.endorsed_by = scene.by.person_id


@does(Act.GRANT)
def grant(scene: Scene) -> None:
    more = Limit.parse(scene.row.limit)
    longer = scene.work.lengthen(Clock.HANDLE, more)
    scene.work.lengthen(Clock.WHOLE, more)
    scene.row.new_due_at = longer.due_at if longer else None
    scene.columns["extensions"] = scene.matter.extensions + 1
    scene.data |= {"limit": scene.row.limit, "due_at": longer.due_at.isoformat() if longer else None}
