"""Words of devices: what they are, what they tell, what is done to them."""

from enum import Enum

from tongxin.rules.devices import Cause, DeviceKind, DeviceState, Fault, Sighting, Tidings, Upkeep

LABELS: dict[type[Enum], dict[Enum, str]] = {
    DeviceKind: {
        DeviceKind.WATER_LEVEL: "水位计",
        DeviceKind.SMOKE: "烟感",
        DeviceKind.GAS: "燃气探测器",
        DeviceKind.MANHOLE: "井盖传感器",
        DeviceKind.LAMP: "路灯控制器",
        DeviceKind.DUMPING_CAMERA: "倾倒监测点",
        DeviceKind.RIVER_CAMERA: "河道监测点",
        DeviceKind.LOOKOUT: "高点瞭望",
        DeviceKind.CAMERA: "公共视频点位",
        DeviceKind.GATE: "门禁道闸",
    },
    DeviceState: {
        DeviceState.EXPECTED: "待上线",
        DeviceState.WORKING: "正常",
        DeviceState.SILENT: "失联",
        DeviceState.FAULTY: "故障",
        DeviceState.RETIRED: "已停用",
    },
    Fault: {
        Fault.POWER: "断电",
        Fault.BATTERY: "电量低",
        Fault.SENSOR: "探头异常",
        Fault.COVERED: "遮挡",
        Fault.TILTED: "立杆倾斜",
        Fault.DOOR: "门禁失灵",
        Fault.OTHER: "其他故障",
    },
    Sighting: {
        Sighting.DUMPING: "疑似倾倒",
        Sighting.SAND_MINING: "疑似采砂",
        Sighting.FISHING: "疑似非法捕捞",
        Sighting.FLOATING: "水面漂浮物",
        Sighting.SMOKE: "疑似烟火",
        Sighting.FLOOD: "路面积水",
    },
    Tidings: {
        Tidings.READING: "读数",
        Tidings.SIGHTING: "图像事件",
        Tidings.HEARTBEAT: "心跳",
        Tidings.FAULT: "报障",
    },
    Cause: {
        Cause.READING: "读数越限",
        Cause.SIGHTING: "图像事件",
        Cause.FAULT: "设备报障",
        Cause.SILENCE: "设备失联",
    },
    Upkeep: {
        Upkeep.INSPECTED: "巡检",
        Upkeep.REPAIRED: "维修",
        Upkeep.REPLACED: "更换",
        Upkeep.CALIBRATED: "校准",
    },
}
