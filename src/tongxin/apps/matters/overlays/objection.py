"""派单异议: every return raises one; the ruling names a unit, binds it, and counts a mistaken dispatch."""

from tongxin.apps.matters.overlaying import Scene, does
from tongxin.rules.overlays.objection import Act
from tongxin.rules.working_time import Limit

REFERRED = Limit.parse("3wd")  # 编办、司法 within three working days: domain.md §3.1d, design after 66号文


@does(Act.RAISE)
def raise_(scene: Scene) -> None:
    row, asked = scene.row, scene.ask
    row.ground, row.suggested_id = str(asked.ground or ""), asked.units[0] if asked.units else None
    scene.data |= {"unit": row.unit_id, "ground": row.ground, "suggested": row.suggested_id}


@does(Act.REFER)
def refer(scene: Scene) -> None:
    scene.limit = REFERRED


@does(Act.UPHOLD)
def uphold(scene: Scene) -> None:
    _rule(scene, scene.ask.unit_id, is_mistake=True)
    scene.columns["mistakes"] = scene.matter.mistakes + 1


@does(Act.OVERRULE)
def overrule(scene: Scene) -> None:
    _rule(scene, scene.row.unit_id, is_mistake=False)


def _rule(scene: Scene, unit_id: int | None, *, is_mistake: bool) -> None:
    scene.row.ruled_id, scene.row.is_mistake = unit_id, is_mistake
    scene.columns |= {"ruled_unit": unit_id, "suggested_id": unit_id}
    scene.data |= {"unit": unit_id}
