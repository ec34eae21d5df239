"""The four steps in which work is rated: by the citizen, and by a town whose call a unit answered."""

from enum import StrEnum


class Rating(StrEnum):
    """How satisfied somebody is with a handling. Always of a unit's work, never of a person. Source: domain.md §3.1."""

    VERY_SATISFIED = "very_satisfied"  # 非常满意
    SATISFIED = "satisfied"  # 满意
    FAIRLY = "fairly"  # 基本满意
    DISSATISFIED = "dissatisfied"  # 不满意
