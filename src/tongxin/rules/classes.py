"""The classes of matters: the first letter of a template's code."""

from enum import StrEnum


class MatterClass(StrEnum):
    """What a kind of matter is about, at its broadest. Source: domain.md §4."""

    DISPUTES = "A"  # 矛盾纠纷
    PUBLIC_SAFETY = "B"  # 公共安全
    STREETS_AND_ORDER = "C"  # 市容环境
    PUBLIC_EQUIPMENT = "D"  # 部件设施
    ENVIRONMENT = "E"  # 生态环境
    SERVICES = "F"  # 民生服务
    SECURITY_OF_PLACES = "G"  # 治安
    EMERGENCIES = "H"  # 应急
    VILLAGE_AFFAIRS = "I"  # 村务


def class_of(template: str) -> MatterClass | None:
    """Return the class of a template by its code; None where a city has codes of its own."""
    return MatterClass(template[0]) if template and template[0] in set(MatterClass) else None
