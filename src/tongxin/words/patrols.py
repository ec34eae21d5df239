"""Words of the ground: patrols, visits, help calls, vans, and what the grid should have reported."""

from enum import Enum

from tongxin.rules import help_calls, patrols, reverse_check, vans, visits

LABELS: dict[type[Enum], dict[Enum, str]] = {
    patrols.GridDuty: {
        patrols.GridDuty.INFORMATION: "基础信息采集",
        patrols.GridDuty.OPINION: "社情民意收集",
        patrols.GridDuty.SAFETY: "安全隐患巡查",
        patrols.GridDuty.DISPUTES: "矛盾纠纷排查化解",
        patrols.GridDuty.PUBLICITY: "政策法规宣传",
        patrols.GridDuty.SERVICE: "民生服务代办",
        patrols.GridDuty.EMERGENCY: "突发事件报告与先期处置",
        patrols.GridDuty.VERIFICATION: "事件核实核查与协助",
    },
    patrols.Rhythm: {
        patrols.Rhythm.DAILY: "每天",
        patrols.Rhythm.WORKDAYS: "工作日",
        patrols.Rhythm.WEEKLY: "每周",
        patrols.Rhythm.MONTHLY: "每月",
    },
    patrols.Found: {
        patrols.Found.FINE: "正常",
        patrols.Found.REPORTED: "有问题，已上报",
        patrols.Found.UNREACHED: "无法到达",
    },
    visits.PlaceKind: {
        visits.PlaceKind.BUILDING: "居民楼院",
        visits.PlaceKind.SHOP: "沿街商铺",
        visits.PlaceKind.SITE: "在建工地",
        visits.PlaceKind.COMPANY: "企业厂房",
        visits.PlaceKind.RENTAL: "出租房屋",
        visits.PlaceKind.SCHOOL: "学校医院",
        visits.PlaceKind.PUBLIC: "公共场所",
    },
    visits.Purpose: {
        visits.Purpose.NEEDS: "听取需求",
        visits.Purpose.SAFETY: "安全检查",
        visits.Purpose.PREVENTION: "防诈防盗",
        visits.Purpose.POLICY: "政策宣传",
        visits.Purpose.DISPUTE: "矛盾排查",
        visits.Purpose.SERVICE: "代办服务",
        visits.Purpose.INFORMATION: "场所信息核对",
    },
    visits.Outcome: {
        visits.Outcome.NOTHING: "无需办理",
        visits.Outcome.ANSWERED: "当场答复",
        visits.Outcome.REPORTED: "已上报事项",
        visits.Outcome.ABSENT: "无人，改日再访",
    },
    help_calls.Trouble: {
        help_calls.Trouble.QUARREL: "争吵纠纷",
        help_calls.Trouble.INJURED: "有人受伤不适",
        help_calls.Trouble.HAZARD: "火情险情",
        help_calls.Trouble.LOST: "老人孩子走失",
        help_calls.Trouble.OTHER: "其他求助",
    },
    help_calls.Standing: {
        help_calls.Standing.CALLING: "呼叫中",
        help_calls.Standing.ANSWERED: "已应答",
        help_calls.Standing.ARRIVED: "已到场",
        help_calls.Standing.ENDED: "已结束",
    },
    help_calls.Move: {
        help_calls.Move.ANSWER: "我去",
        help_calls.Move.ARRIVE: "我已到场",
        help_calls.Move.END: "结束求助",
        help_calls.Move.PASS_ON: "转呼下一队",
    },
    help_calls.Ending: {
        help_calls.Ending.SETTLED: "现场处置",
        help_calls.Ending.HANDED: "转 110/119/120",
        help_calls.Ending.REPORTED: "转为事项",
        help_calls.Ending.NOTHING: "误触或无事",
    },
    vans.VanService: {
        vans.VanService.PAPERS: "证照代办",
        vans.VanService.PAYING: "缴费代收",
        vans.VanService.SHOPPING: "代购送货",
        vans.VanService.REPAIRS: "家电维修",
        vans.VanService.HEALTH: "测压问诊",
        vans.VanService.LAW: "法律咨询",
        vans.VanService.POLICY: "政策宣讲",
        vans.VanService.RIDES: "接送上学就医",
    },
    reverse_check.Standing: {
        reverse_check.Standing.MATCHED: "网格已报",
        reverse_check.Standing.OPEN: "待说明",
        reverse_check.Standing.EXPLAINED: "待复核",
        reverse_check.Standing.MISSED: "应报未报",
        reverse_check.Standing.EXCUSED: "不计",
    },
    reverse_check.Excuse: {
        reverse_check.Excuse.NOT_VISIBLE: "巡查看不到",
        reverse_check.Excuse.JUST_HAPPENED: "刚发生",
        reverse_check.Excuse.KNOWN_OTHERWISE: "已由其他渠道办理",
        reverse_check.Excuse.NO_DUTY: "不属网格职责",
        reverse_check.Excuse.WRONG_DATA: "类别或位置有误",
    },
    reverse_check.Review: {
        reverse_check.Review.EXPLAIN: "说明",
        reverse_check.Review.CONFIRM: "认定应报未报",
        reverse_check.Review.EXCUSE: "不计",
    },
}
