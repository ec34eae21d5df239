"""Words of places: levels and kinds of areas, their changes, how a point was found."""

from enum import Enum

from tongxin.rules.area_codes import AreaKind, Change, How, Level, VillageKind
from tongxin.rules.datum import Datum

LABELS: dict[type[Enum], dict[Enum, str]] = {
    Level: {
        Level.PROVINCE: "省",
        Level.CITY: "市",
        Level.COUNTY: "县（市、区）",
        Level.TOWN: "乡镇（街道）",
        Level.VILLAGE: "村（社区）",
        Level.GRID: "网格",
        Level.MICRO_GRID: "微网格",
    },
    VillageKind: {
        VillageKind.RESIDENTS: "居委（社区）",
        VillageKind.VILLAGERS: "村委（行政村）",
        VillageKind.OTHER: "类似村社",
    },
    AreaKind: {
        AreaKind.ORDINARY: "普通网格",
        AreaKind.SPECIAL: "专属网格",
    },
    Change: {
        Change.SPLIT: "拆分",
        Change.MERGE: "合并",
        Change.RENAME: "更名",
        Change.RECODE: "改码",
    },
    How: {
        How.INSIDE: "在网格内",
        How.ON_EDGE: "在网格边界上",
        How.OVERLAP: "在重叠区域内",
        How.NEAREST: "取最近网格",
        How.OUTSIDE: "不在辖区内",
        How.GIVEN: "按填报的区域",
    },
    Datum: {
        Datum.WGS84: "WGS-84（GPS）",
        Datum.GCJ02: "GCJ-02（高德、腾讯）",
        Datum.BD09: "BD-09（百度）",
        Datum.CGCS2000: "CGCS2000",
    },
}
