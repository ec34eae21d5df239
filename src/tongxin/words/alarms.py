"""Words of what the police pass on."""

from enum import Enum

from tongxin.rules import alarms

LABELS: dict[type[Enum], dict[Enum, str]] = {
    alarms.Category: {
        alarms.Category.FAMILY: "婚姻家庭",
        alarms.Category.INHERITANCE: "继承赡养",
        alarms.Category.NEIGHBORS: "邻里",
        alarms.Category.HOMESTEAD: "房屋宅基地",
        alarms.Category.LAND: "山林土地（承包）",
        alarms.Category.EXPROPRIATION: "征地拆迁",
        alarms.Category.PROPERTY: "物业",
        alarms.Category.HOUSING: "房屋租赁买卖",
        alarms.Category.CONTRACT: "合同",
        alarms.Category.BUSINESS: "生产经营",
        alarms.Category.DEBT: "民间借贷债务",
        alarms.Category.FINANCE: "金融保险",
        alarms.Category.CONSUMER: "消费",
        alarms.Category.LABOR: "劳动争议",
        alarms.Category.INJURY: "工伤与人身损害",
        alarms.Category.DAMAGE: "财产损害赔偿",
        alarms.Category.TRAFFIC: "道路交通事故",
        alarms.Category.MEDICAL: "医疗",
        alarms.Category.SCHOOL: "校园",
        alarms.Category.ENVIRONMENT: "环境污染",
        alarms.Category.INTELLECTUAL: "知识产权与网络",
        alarms.Category.TOURISM: "旅游与服务",
        alarms.Category.VILLAGE: "村（社）务管理",
        alarms.Category.OTHER: "行政争议与其他",
    },
    alarms.Toward: {
        alarms.Toward.ATTENDING_STATION: "处警民警所在单位",
        alarms.Toward.RESPONSIBLE_STATION: "责任民警所在派出所",
        alarms.Toward.TOWN_DESK: "镇街四平台",
    },
    alarms.Saying: {
        alarms.Saying.RAISED: "警情推送",
        alarms.Saying.CORRECTED: "警情更正",
        alarms.Saying.WITHDRAWN: "警情撤回",
        alarms.Saying.ACKNOWLEDGED: "警情确认",
        alarms.Saying.FED_BACK: "警情反馈",
    },
    alarms.Answering: {
        alarms.Answering.ACKNOWLEDGE: "确认收到",
        alarms.Answering.GRID_WORKER_ARRIVES: "网格员报到",
        alarms.Answering.MEDIATOR_VISITS: "调解员上门",
        alarms.Answering.FEED_BACK: "反馈结果",
    },
    alarms.Result: {
        alarms.Result.SETTLED: "当场化解",
        alarms.Result.MEDIATING: "正在调解",
        alarms.Result.CALMED: "已劝离稳控",
        alarms.Result.UNWILLING: "当事人不愿调解",
        alarms.Result.TENSE: "有激化可能",
        alarms.Result.NO_DISPUTE: "不属纠纷",
    },
    alarms.Outcome: {
        alarms.Outcome.HANDLED: "已处置",
        alarms.Outcome.SETTLED: "已化解",
        alarms.Outcome.NOT_SETTLED: "未化解，已告知途径",
        alarms.Outcome.NOT_TAKEN: "不予受理",
        alarms.Outcome.STOPPED: "已作废",
        alarms.Outcome.REOPENED: "重新办理",
    },
}
