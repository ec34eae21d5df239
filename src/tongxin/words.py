"""Words: the Chinese label of every enum in rules, and the sentence of every refusal, in Chinese and English.

The glossary's twin. English labels are the members' own names. Sentences say what happened and what to do (ui.md §7).
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum, IntEnum
from typing import Any

from tongxin.rules import (
    alarms,
    drafts,
    help_calls,
    letters,
    patrols,
    proposals,
    rehearsing,
    reverse_check,
    vans,
    visits,
)
from tongxin.rules.area_codes import AreaKind, Change, How, Level, VillageKind
from tongxin.rules.calls import CallAct, CallEvent, CallOutcome, CallState, EmergencyService
from tongxin.rules.channels import Channel
from tongxin.rules.datum import Datum
from tongxin.rules.deadlines import Clock, Urgency, Verdict
from tongxin.rules.devices import Cause, DeviceKind, DeviceState, Fault, Sighting, Tidings, Upkeep
from tongxin.rules.errors import Refused
from tongxin.rules.firing import Telling
from tongxin.rules.indices import Index
from tongxin.rules.knowledge import ArticleAct, ArticleState, Freshness
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import Act, Because, CloseKind, Ground, Move, State
from tongxin.rules.likeness import Likeness
from tongxin.rules.occasions import Group, Medium, Occasion, Who
from tongxin.rules.overlays import (
    appeal,
    branch,
    call_back,
    extension,
    hold,
    objection,
    order,
    summons,
    whistle,
)
from tongxin.rules.overlays.frame import Overlay, Seat, Still
from tongxin.rules.permissions import Permission, Role
from tongxin.rules.publicity import Showing
from tongxin.rules.ratings import Rating
from tongxin.rules.rosters import Part
from tongxin.rules.satisfaction import By
from tongxin.rules.sealing import Seal
from tongxin.rules.standing_in import Within
from tongxin.rules.units import UnitKind
from tongxin.rules.whistling import Health
from tongxin.rules.working_time import SHANGHAI, Unit

# members of two enums may share a value, so words are kept by enum
LABELS: dict[type[Enum], dict[Enum, str]] = {
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
    State: {
        State.AWAITING_ACCEPTANCE: "待受理",
        State.VERIFYING: "核实中",
        State.AWAITING_FILING: "待立案",
        State.AWAITING_DISPATCH: "待派遣",
        State.AWAITING_SIGNATURE: "待签收",
        State.HANDLING: "处置中",
        State.AWAITING_REVIEW: "待反馈审核",
        State.AWAITING_CHECK: "待核查",
        State.AWAITING_CLOSING: "待结案",
        State.CLOSED: "已结案",
        State.REFUSED: "不予受理",
        State.VOIDED: "已作废",
        State.MERGED: "已合并",
    },
    Act: {
        Act.SETTLE: "自行处置",
        Act.ACCEPT: "受理",
        Act.REFUSE: "不予受理",
        Act.ANSWER: "直接答复",
        Act.VERIFY: "发核实",
        Act.CONFIRM: "核实属实",
        Act.DENY: "核实不实",
        Act.FILE: "立案",
        Act.DECLINE: "不予立案",
        Act.DISPATCH: "派遣",
        Act.RECALL: "超时改派",
        Act.SIGN: "签收",
        Act.RETURN: "退回",
        Act.PROGRESS: "记进展",
        Act.HANDLE: "反馈",
        Act.REVIEW: "审核通过",
        Act.REDO: "退回重办",
        Act.CHECK: "核查通过",
        Act.REWORK: "返工",
        Act.CLOSE: "结案",
        Act.PROPOSE_VOID: "申请作废",
        Act.VOID: "作废",
        Act.REOPEN: "重开",
        Act.REINSTATE: "复议恢复",
        Act.TAKE_BACK: "撤回派遣",
        Act.MERGE: "合并",
        Act.UNMERGE: "撤销合并",
        Act.FOLLOW: "随主件办结",
        Act.ESCALATE: "提级",
        Act.HAND_DOWN: "下派",
        Act.URGE: "催办",
        Act.REPLY: "答复",
        Act.REHANDLE: "重办",
        Act.WITHDRAW: "撤回上报",
    },
    CloseKind: {
        CloseKind.NORMAL: "正常结案",
        CloseKind.LATE: "超时结案",
        CloseKind.MISTAKE: "差错结案",
        CloseKind.SPECIAL: "特殊结案",
        CloseKind.WITHDRAWN: "报事人撤回",
    },
    Ground: {
        Ground.NOT_OURS: "不属于本级职责",
        Ground.EMERGENCY: "属 110、119、120、122 受理范围",
        Ground.IN_LITIGATION: "已进入诉讼、仲裁或复议程序",
        Ground.PETITION: "应依信访工作条例办理",
        Ground.SETTLED: "已有终结性结论",
        Ground.DUPLICATE: "与在办事项重复",
        Ground.UNCLEAR: "事实不清且无法核实",
        Ground.SECRET: "涉及国家秘密、商业秘密或个人隐私",
    },
    Index: {
        Index.CLOSED_OF_REPORTED: "结案率（结案 / 上报）",
        Index.CLOSED_OF_DUE: "结案率（结案 / 应结案）",
        Index.CLOSED_IN_TIME: "按期结案率",
        Index.SETTLED_BELOW: "就地化解率",
        Index.DISPATCH_ACCURACY: "派遣准确率",
        Index.REWORKED: "返工率",
        Index.EXTENDED: "延期率",
        Index.RESPONDED: "响应率",
        Index.SOLVED: "解决率",
        Index.SATISFIED: "满意率",
        Index.OVERALL: "综合满意率",
        Index.FIRST_REPLIED: "首接答复及时率",
        Index.GRID_FIRST: "网格先报率",
    },
    Because: {
        Because.DISSATISFIED: "群众不满意",
        Because.APPEAL: "复核成立",
    },
    Overlay: {
        Overlay.EXTENSION: "延期",
        Overlay.HOLD: "挂账",
        Overlay.BRANCH: "协办",
        Overlay.WHISTLE: "吹哨",
        Overlay.SUMMONS: "报到",
        Overlay.ORDER: "督办",
        Overlay.OBJECTION: "派单异议",
        Overlay.CALL_BACK: "回访",
        Overlay.APPEAL: "申诉复核",
    },
    extension.State: {
        extension.State.ASKED: "待审批",
        extension.State.TO_ENDORSE: "待单位签字",
        extension.State.ENDORSED: "待指挥长审批",
        extension.State.GRANTED: "已延期",
        extension.State.DENIED: "未批准",
        extension.State.WITHDRAWN: "已撤回",
        extension.State.LAPSED: "已失效",
    },
    extension.Act: {
        extension.Act.ASK: "申请延期",
        extension.Act.ASK_MORE: "申请两级延期",
        extension.Act.ENDORSE: "签字同意延期",
        extension.Act.GRANT: "批准延期",
        extension.Act.DENY: "不批准延期",
        extension.Act.WITHDRAW: "撤回延期申请",
    },
    hold.State: {
        hold.State.ASKED: "待审批",
        hold.State.HELD: "已挂账",
        hold.State.BACKLOG: "积存",
        hold.State.RESUMED: "已恢复",
        hold.State.DENIED: "未批准",
        hold.State.WITHDRAWN: "已撤回",
        hold.State.LAPSED: "已失效",
    },
    hold.Act: {
        hold.Act.ASK: "申请挂账",
        hold.Act.GRANT: "批准挂账",
        hold.Act.DENY: "不批准挂账",
        hold.Act.WITHDRAW: "撤回挂账申请",
        hold.Act.RESUME: "恢复办理",
        hold.Act.EXPIRE: "到期恢复",
        hold.Act.BOOK: "转积存",
    },
    hold.Kind: {
        hold.Kind.SUSPENSION: "挂账",
        hold.Kind.MATERIAL: "补正",
        hold.Kind.APPRAISAL: "鉴定",
    },
    hold.Ground: {
        hold.Ground.SEASON: "季节原因",
        hold.Ground.PLANNING: "规划原因",
        hold.Ground.OWNERSHIP: "产权不清",
        hold.Ground.LITIGATION: "诉讼期间",
        hold.Ground.FUNDS: "待立项、待资金",
        hold.Ground.MATERIAL: "待申请人补充材料",
        hold.Ground.APPRAISAL: "待鉴定评估",
    },
    objection.State: {
        objection.State.RAISED: "待裁定",
        objection.State.REFERRED: "已提请编办、司法",
        objection.State.UPHELD: "异议成立",
        objection.State.OVERRULED: "异议不成立",
        objection.State.LAPSED: "已失效",
    },
    objection.Act: {
        objection.Act.RAISE: "提出派单异议",
        objection.Act.REFER: "提请编办、司法",
        objection.Act.UPHOLD: "裁定异议成立",
        objection.Act.OVERRULE: "裁定异议不成立",
    },
    branch.State: {
        branch.State.ASKED: "待审批",
        branch.State.INVITED: "待协办签收",
        branch.State.WORKING: "协办中",
        branch.State.OBJECTED: "待裁定",
        branch.State.DONE: "已完成",
        branch.State.DENIED: "未批准",
        branch.State.RELEASED: "已免办",
        branch.State.CANCELLED: "已取消",
        branch.State.LAPSED: "已失效",
    },
    branch.Act: {
        branch.Act.INVITE: "邀请协办",
        branch.Act.APPROVE: "同意协办",
        branch.Act.DENY: "不同意协办",
        branch.Act.SIGN: "签收协办",
        branch.Act.DONE: "完成协办",
        branch.Act.OBJECT: "提出不承担",
        branch.Act.BIND: "裁定承担",
        branch.Act.RELEASE: "裁定免办",
        branch.Act.CANCEL: "取消协办",
    },
    branch.Kind: {
        branch.Kind.ASSIST: "协办",
        branch.Kind.CONSULT: "会办",
    },
    order.State: {
        order.State.ISSUED: "待签收",
        order.State.SIGNED: "待答复",
        order.State.REPLIED: "待销号",
        order.State.ACCEPTED: "已销号",
        order.State.CANCELLED: "已撤销",
    },
    order.Act: {
        order.Act.ISSUE: "普通督办",
        order.Act.ISSUE_KEY: "重点督办",
        order.Act.ISSUE_LEADER: "领导批示督办",
        order.Act.RAISE: "自动督办",
        order.Act.SIGN: "签收督办",
        order.Act.REPLY: "答复督办",
        order.Act.ACCEPT: "督办销号",
        order.Act.SEND_BACK: "督办退回重报",
        order.Act.CANCEL: "撤销督办",
    },
    order.Grade: {
        order.Grade.ORDINARY: "普通督办",
        order.Grade.KEY: "重点督办",
        order.Grade.LEADER: "领导批示",
    },
    order.Trigger: {
        order.Trigger.OVERDUE: "超期未办结",
        order.Trigger.RETURNED: "多次退回",
        order.Trigger.DISSATISFIED: "再次不满意",
    },
    call_back.State: {
        call_back.State.WAITING: "待回访",
        call_back.State.ANSWERED: "已评价",
        call_back.State.UNREACHED: "未接通",
        call_back.State.DECLINED: "拒绝评价",
        call_back.State.LAPSED: "已失效",
    },
    call_back.Act: {
        call_back.Act.OPEN: "列入回访",
        call_back.Act.ANSWER: "登记评价",
        call_back.Act.MISS: "记未接通",
        call_back.Act.DECLINE: "记拒绝评价",
        call_back.Act.RATE: "自助评价",
    },
    call_back.Source: {
        call_back.Source.CALL_BACK: "回访",
        call_back.Source.SELF: "自评",
    },
    appeal.State: {
        appeal.State.RAISED: "待复核",
        appeal.State.HEARD: "复核中",
        appeal.State.UPHELD: "复核成立",
        appeal.State.DISMISSED: "复核不成立",
    },
    appeal.Act: {
        appeal.Act.RAISE: "申诉",
        appeal.Act.CONTEST: "单位申诉",
        appeal.Act.TAKE: "受理复核",
        appeal.Act.UPHOLD: "裁定复核成立",
        appeal.Act.DISMISS: "裁定复核不成立",
    },
    appeal.Side: {
        appeal.Side.REPORTER: "报事人",
        appeal.Side.UNIT: "承办单位",
    },
    appeal.Kind: {
        appeal.Kind.RATING: "对差评",
        appeal.Kind.MISTAKE: "对差错",
        appeal.Kind.REWORK: "对返工",
    },
    appeal.Mark: {
        appeal.Mark.OPEN: "可以申诉",
        appeal.Mark.NONE: "没有记录",
        appeal.Mark.ONCE: "已申诉过",
        appeal.Mark.OVER: "已过期限",
    },
    By: {
        By.UNIT: "按承办单位",
        By.DESK: "按首接单位",
    },
    branch.Join: {
        branch.Join.ALL: "等全部单位完成",
        branch.Join.LEAD: "主办自行决定",
        branch.Join.ANY: "等任一单位完成",
    },
    whistle.State: {
        whistle.State.BLOWN: "会商中",
        whistle.State.CONCLUDED: "已会商",
        whistle.State.CANCELLED: "已撤哨",
        whistle.State.LAPSED: "已失效",
    },
    whistle.Act: {
        whistle.Act.BLOW: "吹哨",
        whistle.Act.BLOW_HARD: "吹攻坚哨",
        whistle.Act.CALL: "增加应哨单位",
        whistle.Act.CONCLUDE: "作出会商结论",
        whistle.Act.CANCEL: "撤哨",
    },
    whistle.Kind: {
        whistle.Kind.REQUEST: "群众诉求哨",
        whistle.Kind.ENFORCEMENT: "综合执法哨",
        whistle.Kind.HARD: "攻坚克难哨",
        whistle.Kind.EMERGENCY: "应急处置哨",
    },
    whistle.Outcome: {
        whistle.Outcome.SETTLED: "现场解决",
        whistle.Outcome.SHARED: "明确分工",
        whistle.Outcome.IDLE: "无需部门办理",
    },
    summons.State: {
        summons.State.CALLED: "待应哨签收",
        summons.State.SIGNED: "已签收",
        summons.State.IN_TOUCH: "已联系",
        summons.State.ARRIVED: "已到场",
        summons.State.DONE: "已应哨",
        summons.State.DECLINED: "不能到场",
        summons.State.MISSED: "未到场",
        summons.State.CANCELLED: "已撤哨",
        summons.State.LAPSED: "已失效",
    },
    summons.Act: {
        summons.Act.SIGN: "签收哨令",
        summons.Act.CONTACT: "登记已联系",
        summons.Act.ARRIVE: "到场报到",
        summons.Act.ADVISE: "提出会商意见",
        summons.Act.DECLINE: "说明不能到场",
        summons.Act.RATE: "评价应哨单位",
    },
    CallState: {
        CallState.RINGING: "振铃",
        CallState.TALKING: "通话中",
        CallState.ENDED: "已结束",
        CallState.MISSED: "未接",
    },
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
    CallEvent: {
        CallEvent.ARRIVED: "来电",
        CallEvent.ANSWERED: "接通",
        CallEvent.HUNG_UP: "挂断",
        CallEvent.RECORDED: "录音就绪",
    },
    letters.LineKind: {
        letters.LineKind.VOICE: "电话",
        letters.LineKind.CHAT: "即时消息",
    },
    letters.LetterState: {
        letters.LetterState.WAITING: "待处理",
        letters.LetterState.REPORTED: "已登记",
        letters.LetterState.ANSWERED: "已回信",
        letters.LetterState.ASIDE: "已作广告处理",
        letters.LetterState.IGNORED: "未收",
    },
    letters.Ignored: {
        letters.Ignored.AUTO: "自动回复",
        letters.Ignored.BOUNCE: "退信",
        letters.Ignored.LOOP: "本系统所发",
        letters.Ignored.BULK: "群发",
    },
    letters.ReplyState: {
        letters.ReplyState.WAITING: "待发",
        letters.ReplyState.SENT: "已发",
        letters.ReplyState.FAILED: "没有送达",
    },
    CallAct: {
        CallAct.ANSWER: "接听",
        CallAct.MUTE: "静音",
        CallAct.THREE_WAY: "三方通话",
        CallAct.TRANSFER: "转接",
        CallAct.HANG_UP: "挂断",
    },
    CallOutcome: {
        CallOutcome.ANSWERED: "当场答复",
        CallOutcome.DISPATCHED: "受理派送",
        CallOutcome.JOINED: "并入同一件",
        CallOutcome.HANDED_OVER: "转紧急电话",
    },
    EmergencyService: {
        EmergencyService.POLICE: "110 公安",
        EmergencyService.FIRE: "119 消防",
        EmergencyService.AMBULANCE: "120 急救",
        EmergencyService.TRAFFIC: "122 交警",
    },
    ArticleState: {
        ArticleState.DRAFT: "草稿",
        ArticleState.REVIEWED: "已审",
        ArticleState.PUBLISHED: "已发布",
        ArticleState.REPLACED: "已被新版替代",
        ArticleState.WITHDRAWN: "已撤下",
    },
    ArticleAct: {
        ArticleAct.REVIEW: "审核通过",
        ArticleAct.SEND_BACK: "退回修改",
        ArticleAct.PUBLISH: "发布",
        ArticleAct.WITHDRAW: "撤下",
    },
    Freshness: {
        Freshness.IN_FORCE: "有效",
        Freshness.COMING: "未生效",
        Freshness.ENDING: "快到期",
        Freshness.UNCHECKED: "久未核对",
        Freshness.OVER: "已过期",
    },
    Rating: {
        Rating.VERY_SATISFIED: "非常满意",
        Rating.SATISFIED: "满意",
        Rating.FAIRLY: "基本满意",
        Rating.DISSATISFIED: "不满意",
    },
    Health: {
        Health.FEW: "样本少",
        Health.BELOW: "偏低",
        Health.HEALTHY: "健康",
        Health.ABOVE: "偏高",
    },
    Seat: {
        Seat.DESK: "指挥室",
        Seat.UNIT: "承办单位",
        Seat.ASKED: "被请单位",
        Seat.FIRST: "首接单位",
        Seat.ABOVE: "上级指挥室",
        Seat.HOLDER: "发起单位",
        Seat.OVERSEER: "本级与上级",
    },
    Still: {
        Still.STOP: "停表",
        Still.GO: "续算",
    },
    Move: {
        Move.START: "起算",
        Move.END: "止算",
        Move.RESUME: "续算",
        Move.DROP: "取消",
        Move.AFRESH: "重新起算",
        Move.UNDO: "撤回起算",
    },
    Role: {
        Role.GRID_HEAD: "网格长",
        Role.GRID_WORKER: "专职网格员",
        Role.GRID_HELPER: "兼职网格员",
        Role.GRID_GUIDE: "网格指导员",
        Role.VILLAGE_SECRETARY: "村社书记",
        Role.ACCEPTOR: "受理员",
        Role.DISPATCHER: "派遣员",
        Role.DUTY_CHIEF: "值班长",
        Role.COMMANDER: "指挥长",
        Role.OPERATOR: "话务员",
        Role.CALLER_BACK: "回访员",
        Role.HANDLER: "承办人",
        Role.HANDLER_HEAD: "承办负责人",
        Role.SUPERVISOR: "督查员",
        Role.ASSESSOR: "考核员",
        Role.MEDIATOR: "调解员",
        Role.DISCLOSER: "信息公开审核员",
        Role.LEADER: "领导",
        Role.SYSTEM_ADMIN: "系统管理员",
        Role.SECURITY_ADMIN: "安全管理员",
        Role.AUDIT_ADMIN: "审计管理员",
        Role.REPORTER: "报事人",
        Role.PLATFORM: "系统",
    },
    Seal: {
        Seal.OVERSIGHT: "监督意见",
        Seal.MINORS: "涉未成年人",
        Seal.DISPUTE: "矛盾纠纷",
        Seal.PERSONAL: "个人求助",
        Seal.SECRET: "反映人要求保密",
    },
    Part: {
        Part.DAY: "白班",
        Part.NIGHT: "夜班",
        Part.WHOLE: "全天",
    },
    Within: {
        Within.UNIT: "本单位",
        Within.LINE: "本单位或上级指挥线",
    },
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
    Permission: {
        Permission.REPORT: "上报事项",
        Permission.SETTLE: "自行处置",
        Permission.ATTACH: "上传证据",
        Permission.UNMASK: "查看个人信息",
        Permission.EXPORT: "导出",
        Permission.EDIT_UNITS: "维护组织",
        Permission.EDIT_POSTS: "维护岗位",
        Permission.EDIT_RULES: "维护模板与派单规则",
        Permission.EDIT_CALENDAR: "维护日历",
        Permission.EDIT_AREAS: "维护区划网格",
        Permission.ISSUE_KEYS: "发放接口密钥",
        Permission.IMPORT: "导入事项",
        Permission.READ_AUDIT: "查看审计记录",
        Permission.ARRANGE_DUTIES: "安排值班与代班",
        Permission.EQUIP_UNIT: "给本单位配常用语、宏和共享列表",
        Permission.UNSEAL: "紧急查看保密件",
        Permission.END_UNSEALING: "终止紧急查看",
        Permission.RUN_OUTBOX: "处理积压消息",
        Permission.POST_NOTICE: "发布通知",
        Permission.PUBLISH_WORDS: "审核公开内容",
        Permission.TAKE_CALLS: "接听热线",
        Permission.WRITE_KNOWLEDGE: "编写知识",
        Permission.PUBLISH_KNOWLEDGE: "发布知识",
        Permission.KEEP_DEVICES: "维护设备台账",
        Permission.PLAN_PATROLS: "安排巡查、走访、流动车与求助点",
        Permission.PATROL: "巡查打卡与走访",
        Permission.ANSWER_HELP: "应答一键求助",
        Permission.ANSWER_ALARM: "答复警情推送",
        Permission.HOOK: "设推送地址",
    },
    Showing: {
        Showing.SHOWN: "已公开",
        Showing.KEPT: "不公开",
        Showing.TAKEN_DOWN: "已撤下",
    },
    Channel: {
        Channel.GRID: "网格员",
        Channel.RESIDENT: "居民",
        Channel.HOTLINE: "12345 热线",
        Channel.DEPARTMENT: "部门",
        Channel.POLICE: "110 移交",
        Channel.SENSOR: "物联感知",
        Channel.PARTNER: "外部系统",
        Channel.PAPER: "来信来访",
        Channel.MAIL: "电子邮件",
        Channel.CHAT: "即时消息",
    },
    Clock: {
        Clock.ACCEPT: "受理",
        Clock.VERIFY: "核实",
        Clock.FILE: "立案",
        Clock.DISPATCH: "派遣",
        Clock.SIGN: "签收",
        Clock.HANDLE: "处置",
        Clock.REVIEW: "反馈审核",
        Clock.CHECK: "核查",
        Clock.CLOSE: "结案",
        Clock.CALL_BACK: "回访",
        Clock.WHOLE: "全流程",
        Clock.RING: "层级办理",
        Clock.REPLY: "首接答复",
        Clock.EXTENSION: "延期审批",
        Clock.HOLD: "挂账复查",
        Clock.BRANCH: "协办",
        Clock.TURNOUT_SIGN: "应哨签收",
        Clock.TURNOUT_CONTACT: "应哨联系",
        Clock.TURNOUT_ARRIVE: "报到",
        Clock.ORDER: "督办答复",
        Clock.HEARING: "异议裁定",
        Clock.APPEAL: "复核",
    },
    Urgency: {
        Urgency.NORMAL: "普通",
        Urgency.URGENT: "紧急",
        Urgency.EXTREME: "特急",
    },
    Verdict: {
        Verdict.ON_TIME: "按期",
        Verdict.OVERDUE: "超期",
    },
    Lamp: {
        Lamp.GREEN: "正常",
        Lamp.AMBER: "临期",
        Lamp.RED: "逾期",
        Lamp.HOLD: "挂账",
    },
    Telling: {
        Telling.AMBER: "临期提醒",
        Telling.OVERDUE: "逾期",
        Telling.URGE: "逾期催办",
        Telling.NOTICE: "逾期通报",
    },
    Unit: {
        Unit.MINUTE: "分钟",
        Unit.HOUR: "小时",
        Unit.WORKING_MINUTE: "工作分钟",
        Unit.WORKING_HOUR: "工作时",
        Unit.WORKING_DAY: "工作日",
        Unit.DAY: "日",
    },
    Level: {
        Level.PROVINCE: "省",
        Level.CITY: "市",
        Level.COUNTY: "县（市、区）",
        Level.TOWN: "乡镇（街道）",
        Level.VILLAGE: "村（社区）",
        Level.GRID: "网格",
        Level.MICRO_GRID: "微网格",
    },
    How: {
        How.INSIDE: "在网格内",
        How.ON_EDGE: "在网格边界上",
        How.OVERLAP: "在重叠区域内",
        How.NEAREST: "取最近网格",
        How.OUTSIDE: "不在辖区内",
        How.GIVEN: "按填报的区域",
    },
    Likeness: {
        Likeness.VERY: "很像",
        Likeness.RATHER: "较像",
        Likeness.SOMEWHAT: "有点像",
    },
    Datum: {
        Datum.WGS84: "WGS-84（GPS）",
        Datum.GCJ02: "GCJ-02（高德、腾讯）",
        Datum.BD09: "BD-09（百度）",
        Datum.CGCS2000: "CGCS2000",
    },
    UnitKind: {
        UnitKind.CITY_CENTER: "市级大联动中心",
        UnitKind.COUNTY_CENTER: "县级联动中心",
        UnitKind.COMMAND_ROOM: "镇街综合信息指挥室",
        UnitKind.VILLAGE_STATION: "村社工作站",
        UnitKind.HOTLINE: "12345 热线",
        UnitKind.DESK_SAFETY: "综治工作平台",
        UnitKind.DESK_MARKET: "市场监管平台",
        UnitKind.DESK_ENFORCEMENT: "综合执法平台",
        UnitKind.DESK_SERVICE: "便民服务平台",
        UnitKind.POLICE: "公安",
        UnitKind.TRAFFIC_POLICE: "交警",
        UnitKind.JUSTICE: "司法",
        UnitKind.FIRE: "消防",
        UnitKind.EMERGENCY: "应急",
        UnitKind.HOUSING: "住建",
        UnitKind.LAND: "自然资源",
        UnitKind.ENVIRONMENT: "生态环境",
        UnitKind.WATER: "水利",
        UnitKind.FARMING: "农业农村",
        UnitKind.FORESTRY: "林业",
        UnitKind.TRANSPORT: "交通",
        UnitKind.MUNICIPAL: "市政",
        UnitKind.SANITATION: "环卫",
        UnitKind.PARKS: "园林",
        UnitKind.LABOR: "人社",
        UnitKind.WELFARE: "民政",
        UnitKind.HEALTH: "卫健",
        UnitKind.EDUCATION: "教育",
        UnitKind.ECONOMY: "经发",
        UnitKind.FINANCE: "财政",
        UnitKind.DISCIPLINE: "纪检监察",
        UnitKind.WATER_SUPPLY: "供水",
        UnitKind.POWER_SUPPLY: "供电",
        UnitKind.GAS_SUPPLY: "燃气",
        UnitKind.TELECOM: "通信",
        UnitKind.TRANSIT: "公交",
        UnitKind.SUPERVISION: "督查",
    },
    proposals.State: {
        proposals.State.DRAFT: "草案",
        proposals.State.CHECKED: "已检查",
        proposals.State.REHEARSED: "已试运行",
        proposals.State.SCHEDULED: "待生效",
        proposals.State.PUBLISHED: "已发布",
        proposals.State.WITHDRAWN: "已撤回",
    },
    proposals.Act: {
        proposals.Act.CHANGE: "修改草案",
        proposals.Act.RENAME: "改名",
        proposals.Act.REBASE: "对齐现行规则",
        proposals.Act.CHECK: "检查",
        proposals.Act.REHEARSE: "试运行",
        proposals.Act.STOP: "停止试运行",
        proposals.Act.FINISH: "完成试运行",
        proposals.Act.PUBLISH: "发布",
        proposals.Act.SCHEDULE: "定时发布",
        proposals.Act.RECALL: "取消定时",
        proposals.Act.START: "到时生效",
        proposals.Act.LAPSE: "到时未生效",
        proposals.Act.WITHDRAW: "撤回草案",
    },
    drafts.Part: {
        drafts.Part.TEMPLATES: "模板",
        drafts.Part.ROUTING: "派单规则",
        drafts.Part.BOOK: "时限与触发",
    },
    rehearsing.Effect: {
        rehearsing.Effect.UNIT: "建议单位",
        rehearsing.Effect.RULE: "命中规则",
        rehearsing.Effect.LEVEL: "层级",
        rehearsing.Effect.URGENCY: "紧急程度",
        rehearsing.Effect.LIMIT: "处置时限",
        rehearsing.Effect.CLOCKS: "其他时限",
        rehearsing.Effect.DUE: "全流程到期",
        rehearsing.Effect.SEALED: "保密",
        rehearsing.Effect.PHOTOS: "照片要求",
        rehearsing.Effect.SETTLE: "自行处置",
    },
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
    Medium: {
        Medium.APP: "站内通知",
        Medium.PUSH: "推送",
        Medium.MAIL: "电子邮件",
        Medium.SMS: "短信",
        Medium.WECOM: "企业微信群机器人",
        Medium.DINGTALK: "钉钉群机器人",
    },
    Group: {
        Group.WORK: "新到工作",
        Group.TIME: "时限提醒",
        Group.PRESSURE: "催办督办",
        Group.ANSWERS: "我提的申请",
        Group.SYSTEM: "系统事务",
        Group.OWN: "我报的事项",
    },
    Occasion: {
        Occasion.ACCEPTED: "已受理",
        Occasion.REFUSED: "未予受理",
        Occasion.STOPPED: "已终止",
        Occasion.PASSED_ON: "已派给单位",
        Occasion.REPLIED: "有答复",
        Occasion.HELD: "暂缓办",
        Occasion.RESUMED: "恢复办理",
        Occasion.EXTENDED: "延长期限",
        Occasion.CLOSED: "办好了",
        Occasion.RATING_ASKED: "请评价",
        Occasion.REHANDLED: "重新办理",
        Occasion.REVIEWED: "复核有结果",
        Occasion.PROOF: "验证码",
        Occasion.URGENT_NEW: "紧急事项待受理",
        Occasion.TO_SIGN: "待签收",
        Occasion.RETURNED: "被退回",
        Occasion.REWORK: "返工待派",
        Occasion.REDO: "退回重办",
        Occasion.RAISED: "提级、下派来的",
        Occasion.BRANCH_ASKED: "请协办",
        Occasion.TO_DECIDE: "待审批",
        Occasion.WORDS_ADDED: "报事人补充",
        Occasion.ALARM_PUSHED: "警情推送",
        Occasion.DUE_SOON: "临期",
        Occasion.OVERDUE: "逾期",
        Occasion.LONG_OVERDUE: "逾期催办、通报",
        Occasion.ALARM_LATE: "警情超时未确认",
        Occasion.URGED: "被催办",
        Occasion.SUPERVISED: "被督办",
        Occasion.SENT_BACK: "督办答复退回",
        Occasion.WHISTLED: "被吹哨",
        Occasion.DECIDED: "申请有结果",
        Occasion.ANSWERED: "有回音",
        Occasion.RULES_DECIDED: "规则提案有结果",
        Occasion.HOOK_OFF: "推送地址停用",
    },
    Who: {
        Who.REPORTER: "报事人",
        Who.DESK: "主管平台",
        Who.UNIT: "承办单位",
        Who.ASKED: "被请的单位",
        Who.ASKER: "提出的人",
        Who.GROUND: "属地网格",
        Who.DRAFTERS: "起草人",
        Who.OWNER: "推送地址的主人",
        Who.PUSHED: "警情推送到的单位",
    },
}

LEVELS = {"G": "网格", "V": "村社", "T": "镇街", "C": "县区", "Y": "市级"}
LEVELS_EN = {"G": "Grid", "V": "Village", "T": "Town", "C": "County", "Y": "City"}

# code → (Chinese, English). Facts stand in braces; `say` writes moments, labels and lists in words
REFUSALS: dict[str, tuple[str, str]] = {
    # sign-in and permission
    "door.too_often": (
        "来得太快了，请过 {seconds} 秒再试。",
        "Too many at once. Please try again in {seconds} seconds.",
    ),
    "permission.denied": (
        "您的岗位不能办理“{permission}”。需要时请联系本单位负责人。",
        "Your post does not permit “{permission}”.",
    ),
    "key.unknown": (
        "接口密钥无效、已停用或已过期。请向安全管理员申请新密钥。",
        "The API key is unknown, revoked or expired.",
    ),
    "key.missing": ("没有这个接口密钥。", "There is no such API key."),
    "key.narrowed": ("这个接口密钥不含“{act}”权限。", "This API key does not cover “{act}”."),
    "key.days": ("有效期应在 1 至 1095 天之间，填的是 {days}。", "A key may live 1 to 1095 days, not {days}."),
    # posts that change hands, rosters, sealed matters
    "stand_in.period": (
        "代班至少一天：结束日是不再代班的第一天，要晚于开始日。",
        "The last day must come after the first.",
    ),
    "stand_in.past": (
        "代班不能从过去开始。请从 {today} 或以后起。",
        "Standing in cannot begin in the past. Let it begin on {today} or later.",
    ),
    "stand_in.too_long": (
        "一次代班最多 {most} 天。更长时间请任命接任人并移交事项。",
        "Somebody may stand in for {most} days at most. For longer, appoint a successor and hand over the matters.",
    ),
    "stand_in.passed_on": (
        "代来的岗位不能再转给别人代。请由原任岗人另行安排。",
        "A post that is only stood in for cannot be lent on. Ask its holder to arrange somebody else.",
    ),
    "stand_in.not_held": (
        "这个岗位并非整段时间都有人任职（{end}），代班只能在任职期内。请缩短代班时间。",
        "The post is not held all that time ({end}). Shorten the period.",
    ),
    "stand_in.oneself": (
        "不能让自己代班：任岗人不能代自己，安排的人也不能指定自己。请另选一人，或请安全管理员安排。",
        "Nobody stands in for themselves, nor names themselves. Choose somebody else or ask the security administrator.",
    ),
    "stand_in.taken": (
        "这段时间已有人代这个岗位。请先结束那次代班，或换一段时间。",
        "Somebody stands in for this post at that time already. End that first, or choose another time.",
    ),
    "stand_in.stranger": (
        "代班人须在整段时间内任本单位或上级指挥线上的岗位。请从列出的人选中选。",
        "Who stands in must hold a post of the same unit, or above it, all that time. Choose one of those listed.",
    ),
    "stand_in.two_administrators": (
        "三员分立：系统、安全、审计管理员不能由同一个人兼代。请另选一人。",
        "System, security and audit administration are kept apart and cannot meet in one person. Choose somebody else.",
    ),
    "stand_in.none": ("这个岗位不是代班。", "Nobody stands in by this post."),
    "stand_in.over": ("这次代班已于 {end} 结束。", "That ended on {end} already."),
    "roster.week": (
        "只能排本周和以后 {weeks} 周内的值班，从星期一起。",
        "A roster is written for this week and the next {weeks}, from a Monday on.",
    ),
    "roster.day": ("{day} 不在这一周。", "{day} does not lie in this week."),
    "roster.not_held": (
        "{day} 有一个岗位当天不在任，不能排班。请重新打开值班表再排。",
        "A post put down for {day} is not held that day. Open the roster again.",
    ),
    "roster.changed": (
        "值班表刚被别人发布过。请看过最新的再发布。",
        "Somebody has just published this week. Look at it again before you publish.",
    ),
    "post.keeps_matters": (
        "这个岗位还经办着 {matters} 件未办结的事项，不能直接离任。请先移交给本单位的接任岗位。",
        "{matters} open matters are still kept by this post. Hand them over to another post of the unit first.",
    ),
    "hand_over.successor": (
        "只能移交给本单位此刻在任的另一个承办岗位。请从列出的岗位中选。",
        "Matters go to another handling post of the unit that is held now. Choose one of those listed.",
    ),
    "hand_over.keeps_nothing": (
        "只有承办岗位经办事项，这个岗位没有可移交的。可直接离任。",
        "Only handling posts keep matters; there is nothing to hand over. The post can simply end.",
    ),
    "unseal.reason": (
        "请写明为什么要紧急查看，至少 {least} 个字（现在 {found} 个）。当事人会看到这段理由。",
        "Say in at least {least} characters why it must be opened ({found} so far). The person concerned will read it.",
    ),
    "unseal.too_many": (
        "每个岗位一天最多紧急查看 {most} 件，今天已满。请联系被指定查看的值班长，或请安全管理员指定。",
        "A post may open {most} sealed matters a day, and that many were opened. Ask a chief who is named for them.",
    ),
    "unseal.not_needed": (
        "这件事项本来就在您的查看范围内，不用紧急查看。请直接打开。",
        "You may read this matter anyway. Simply open it.",
    ),
    "unseal.missing": ("没有这次紧急查看。", "Nothing was opened under this number."),
    "unseal.only_reads": (
        "紧急查看只能看，不能查看联系方式，也不能办理。请联系被指定查看的值班长。",
        "What was opened this way may be read, not acted on, and its contact stays masked. Ask a chief who is named.",
    ),
    "readers.not_yours": (
        "谁看过只给反映人本人和审计管理员看。",
        "Who looked is for the reporter and the audit administrator to read.",
    ),
    "take_up.not_yours": (
        "只有承办单位的经办岗位能接手。请联系承办单位。",
        "Only a handling post of the unit that has the matter can go on with it.",
    ),
    "take_up.kept": (
        "这件事项已有人经办，或不在处置中，不用接手。请刷新后再看。",
        "Somebody keeps this matter already, or it is not being handled. Reload and look again.",
    ),
    "post.last_named": (
        "这是本指挥室最后一个可看“{seals}”类保密件的值班长，取消后这类事项无人可办。请先指定另一个值班长。",
        "This is the room's last duty chief named for {seals}; nobody could take such matters. Name another one first.",
    ),
    "post.not_named": (
        "“{role}”不能指定查看保密件：网格与经办岗位只看自己办的。请指定指挥室、督查或调解岗位。",
        "“{role}” cannot be named for sealed matters. Name a post of a command room, of oversight, or a mediator.",
    ),
    # matters
    "matter.missing": (
        "没有这个事项，或不在您的职责范围内。请核对编号。",
        "There is no such matter, or it is not within your duty.",
    ),
    "matter.changed": (
        "事项刚被别人改过。您写的内容还在，请看过最新情况再提交。",
        "Somebody has just changed this matter. Look at it again before you go on.",
    ),
    "journal.moved": (
        "事项刚被别人改过，请刷新后再办。",
        "Somebody has just changed this matter. Reload and try again.",
    ),
    "template.unknown": ("没有“{template}”这个事项模板。请从 133 个模板中选择。", "There is no template “{template}”."),
    "report.no_text": ("请写明发生了什么。", "Say what happened."),
    "report.too_long": (
        "{field} 最多 {limit} 个字符，现在是 {found} 个。请精简或作为附件上传。",
        "{field} may hold {limit} characters, not {found}.",
    ),
    "report.nul": (
        "{field} 里有不能保存的控制字符，请删去后再试。",
        "{field} holds a control character that cannot be kept.",
    ),
    "report.in_future": (
        "上报时间 {at} 晚于现在。请核对设备时间。",
        "The report's time {at} is in the future. Check the device's clock.",
    ),
    "report.too_many": (
        "一次最多上报 {limit} 件，现在是 {found} 件。请分批提交。",
        "At most {limit} reports at once, not {found}.",
    ),
    "template.invalid": ("模板 {template} 有一项不对：{what}。", "Template {template} is not right: {what}."),
    "routing.invalid": ("派单规则 {rule} 有一项不对：{what}。", "Routing rule {rule} is not right: {what}."),
    "proposal.moved": (
        "草案刚被别人改过。请刷新后再改，您写的内容不会自动保存。",
        "Somebody has changed this draft since you read it: read it again.",
    ),
    "proposal.wanted": ("试运行的事项数应在 1 至 {most} 之间。", "A dry run looks at 1 to {most} matters."),
    "proposal.missing": ("没有第 {proposal} 号规则草案。", "There is no proposal {proposal}."),
    "proposal.no_title": ("请写明这次改什么，最多 {limit} 字。", "Say what is changed, in {limit} characters at most."),
    "proposal.no_object": ("草案应是一个 JSON 对象。", "A draft must be a JSON object."),
    "proposal.unknown_part": (
        "草案的“{part}”一项不对：只能有 templates、routing、book 三项。",
        "“{part}” is not right: a draft holds templates, routing and book only.",
    ),
    "proposal.too_large": ("草案太大，上限 {limit} KB。", "The draft is too large; the limit is {limit} KB."),
    "proposal.wrong_state": (
        "这份草案“{state}”，不能“{act}”。",
        "The proposal is “{state}”: “{act}” is not possible.",
    ),
    "proposal.empty": (
        "草案里还没有改动。先改模板、派单规则或时限。",
        "Nothing is changed yet: change a template, a rule or a limit first.",
    ),
    "proposal.fatal": (
        "检查发现 {count} 处必须先改正的问题，改正后再检查一次。",
        "The check found {count} faults that must be mended first; then check again.",
    ),
    "proposal.rehearsing": (
        "正在试运行。先等它完成，或停止试运行。",
        "A dry run is under way: wait for it, or stop it.",
    ),
    "proposal.not_rehearsing": ("现在没有在试运行。", "No dry run is under way."),
    "proposal.behind": (
        "草案写好以后，规则又有变动：{changed}。请先对齐现行规则，再检查、试运行。",
        "The rules have changed since this was drafted: {changed}. Bring it up to date, then check and rehearse again.",
    ),
    "proposal.up_to_date": ("草案依据的就是现行规则，不用对齐。", "It is drafted from the rules in force already."),
    "proposal.own_draft": (
        "起草人不能发布自己的草案，请另一位有规则权限的人发布（四眼）。",
        "Whoever drafted it does not publish it: somebody else who may edit rules must.",
    ),
    "proposal.not_ahead": ("生效时刻要晚于现在。", "The moment it takes effect must lie ahead."),
    "proposal.too_early": ("还没有到生效时刻。", "Its moment has not come."),
    # what a check finds in changed rules
    "finding.form_schema": (
        "模板 {template} 的表单不是合法的 JSON Schema：{why}",
        "The form of {template} is no valid JSON Schema: {why}",
    ),
    "finding.form_personal": (
        "模板 {template} 的表单询问个人信息：{fields}。联系方式有专门的脱敏栏，请删去。",
        "The form of {template} asks who somebody is: {fields}. Contacts have a masked field of their own; take it out.",
    ),
    "finding.duplicate_rule": (
        "派单规则 {rule} 出现 {count} 次，编码不能重复。",
        "Rule {rule} stands {count} times; a code is used once.",
    ),
    "finding.no_limit": (
        "“{clock}”时限没有“{urgency}”一档，这类事项会停在半路。",
        "Clock “{clock}” has no limit for “{urgency}”: such matters would stop half-way.",
    ),
    "finding.no_level_limit": (
        "模板 {template} 的层级 {level} 没有时限。",
        "Level {level} of {template} has no limit.",
    ),
    "finding.no_units": (
        "模板 {template} 的承办类别（{kinds}）全市都没有单位。",
        "No unit anywhere is of the kinds of {template} ({kinds}).",
    ),
    "finding.no_desk": (
        "{total} 个乡镇（街道）中有 {count} 个没有指挥室或中心受理：{places}。",
        "In {count} of {total} towns nobody accepts anything: {places}.",
    ),
    "finding.only_fallback": (
        "模板 {template} 在 {total} 处中有 {count} 处找不到承办单位，只能落到指挥室：{places}。",
        "In {count} of {total} places {template} finds no unit and falls to the command room: {places}.",
    ),
    "finding.matches_nothing": (
        "派单规则 {rule} 匹配不到任何模板或地方。",
        "Rule {rule} matches no template or place at all.",
    ),
    "finding.finds_nobody": (
        "派单规则 {rule} 要找的“{kind}”哪里都没有设立。",
        "Rule {rule} looks for “{kind}”, which stands nowhere.",
    ),
    "finding.shadowed": (
        "派单规则 {rule} 轮不到：{by} 排在前面，条件已全部覆盖，又处处有单位。",
        "Rule {rule} never speaks: {by} stand before it, match all it matches and find a unit everywhere.",
    ),
    "finding.template_halved": (
        "模板 {template} 的处置时限从 {old} 缩到 {new}，不到一半。",
        "The handling limit of {template} falls from {old} to {new}, less than half.",
    ),
    "finding.setting_halved": (
        "“{field}”从 {old} 缩到 {new}，不到一半。",
        "“{field}” falls from {old} to {new}, less than half.",
    ),
    "finding.shorter_than_sign": (
        "模板 {template} 的处置时限 {limit} 比签收时限 {sign} 还短：处置从派遣起算，可能一签收就已逾期。",
        "The handling limit of {template}, {limit}, is shorter than that of signing, {sign}: handling runs from dispatch.",
    ),
    "finding.extra_longer": (
        "模板 {template} 的“{name}”时限 {extra} 比处置时限 {limit} 还长。",
        "In {template}, “{name}” ({extra}) is longer than the handling limit ({limit}).",
    ),
    "finding.levels_disordered": (
        "上一级 {above} 的时限比下一级 {below} 还短。",
        "Level {above} is given less time than level {below} below it.",
    ),
    "rulebook.unknown": ("没有“{field}”这项设置。", "There is no setting “{field}”."),
    "rulebook.no_limit": (
        "{field}：“{found}”不是时限。写法如 30wm、4wh、3wd、24h、60d。",
        "{field}: “{found}” is no limit. Write 30wm, 4wh, 3wd, 24h or 60d.",
    ),
    "rulebook.out_of_bounds": (
        "{field} 应为 {low} 至 {high} 的整数。",
        "{field} takes a whole number from {low} to {high}.",
    ),
    "rulebook.no_bool": ("{field} 只能是“是”或“否”。", "{field} is either true or false."),
    "rulebook.no_list": ("{field} 至少要选一项。", "{field} needs one choice at least."),
    "suggester.too_few": (
        "可供学习的事项只有 {found} 件，至少要 {wanted} 件：先用模板关键词给出建议，事项多了再训练。",
        "Only {found} matters to learn from, {wanted} at least are needed: until then suggestions come from keywords.",
    ),
    "catalog.stands": (
        "本市已有规则，不能直接载入。请写成规则草案，检查、试运行后发布。",
        "This city has rules already. Write a proposal: it is checked, rehearsed and published.",
    ),
    "catalog.unreadable": ("读不了 {file}：应是 UTF-8 的 JSON 文件。", "Cannot read {file}: it must be JSON in UTF-8."),
    "form.invalid": (
        "{template} 的表单有几项不符合要求：{fields}。",
        "Some answers do not fit the form of {template}: {fields}.",
    ),
    "form.not_object": ("表单应是“字段: 值”的对象。", "The form must be an object of fields and values."),
    "point.invalid": ("坐标 {lon}, {lat} 不是有效的经纬度。", "{lon}, {lat} is no longitude and latitude."),
    "point.half": ("经度和纬度要一起填。", "Give both longitude and latitude."),
    "point.outside": (
        "坐标 {lon}, {lat} 不在本市任何网格内，附近也没有网格。请核对位置和坐标系。",
        "{lon}, {lat} lies in no grid of this city, nor near one. Check the place and its datum.",
    ),
    "place.missing": ("请在地图上选点，或填写所在区域。", "Pick a point on the map, or give the area."),
    "area.unknown": ("没有编码为 {area} 的区域。", "There is no area with the code {area}."),
    "area.missing": ("没有编码为 {area} 的区域。", "There is no area with the code {area}."),
    "routing.nobody": (
        "区域 {area} 上下都没有可以承办的单位。请系统管理员补建指挥室。",
        "No unit stands at or above area {area}.",
    ),
    "cursor.invalid": ("翻页位置无效，请从第一页开始。", "That page position is not valid. Start from the first page."),
    "evidence.matter_closed": ("事项已办结，不能再加证据。", "The matter is closed; no evidence can be added."),
    "evidence.too_many": ("一个事项最多 {most} 个附件。", "A matter can carry {most} files at most."),
    "unmask.no_reason": (
        "请说明为什么要查看。本人查得到这条记录。",
        "Say why you need it. The person concerned can read this.",
    ),
    "evidence.empty": ("文件是空的，请重新选择。", "The file is empty. Choose it again."),
    "evidence.too_large": ("文件超过 {limit_mb} MB，请压缩后再传。", "The file is larger than {limit_mb} MB."),
    "evidence.type_refused": (
        "只接收 JPEG、PNG、WebP 照片和 PDF 文档，这个文件是 {found}。",
        "Only JPEG, PNG, WebP photos and PDF documents are taken; this is {found}.",
    ),
    "evidence.type_mixed": (
        "文件里夹带了其他内容，为安全起见不能接收。请重新拍照或导出。",
        "The file carries something else inside. Take the photo or export the document again.",
    ),
    "evidence.active": (
        "文档里带有脚本、程序或附件，为安全起见不能接收。请打印成新的 PDF 再传。",
        "The document holds scripts, programs or files. Print it as a new PDF and send that.",
    ),
    "evidence.broken": ("文件不完整或已损坏，请重新上传。", "The file is incomplete or damaged. Send it again."),
    "evidence.too_many_pixels": (
        "照片超过 {most} 百万像素，请缩小后再传。",
        "The photo has more than {most} million pixels.",
    ),
    "evidence.not_a_picture": ("处理前、处理后的证据须是照片。", "Before and after evidence must be a photo."),
    "evidence.missing": ("没有这份证据，或已删除。", "There is no such evidence, or it was erased."),
    "seal.day_not_over": ("{day} 还没有结束，不能封存。", "{day} is not over and cannot be sealed."),
    "seal.out_of_order": ("已封存到 {last}，不能再封存 {day}。", "Sealed up to {last}; {day} can no longer be sealed."),
    # steps
    "step.wrong_state": ("现在是“{state}”，不能“{act}”。", "The matter is in “{state}”: “{act}” is not possible now."),
    "step.wrong_role": (
        "“{act}”由{roles}办理，您在这件事项上没有这个岗位。",
        "“{act}” is for: {roles}. You hold no such post for this matter.",
    ),
    "step.no_reason": ("请写明理由或办理情况。", "Say why, or what was done."),
    "step.no_ground": ("请选择法定理由。", "Choose the legal ground."),
    "step.no_route": ("请告诉对方可以去哪里办。", "Say where the reporter can go instead."),
    "step.no_unit": ("请选择承办单位。", "Choose the unit that handles it."),
    "step.unit_returned_it": (
        "这个单位已退回过一次，不能再派给它。请选其他单位，或由值班长裁定。",
        "That unit has returned this matter once; choose another.",
    ),
    "step.own_handling": (
        "您经办过这件事项，审核、核查、结案、回访和复核要由别人做。请交给同事。",
        "You had a hand in it: somebody else must review, check, close, call back and hear it.",
    ),
    "step.no_after_photo": (
        "还差处置后照片：要 {wanted} 张，现有 {found} 张。",
        "Photos of the result are missing: {wanted} wanted, {found} found.",
    ),
    "step.no_before_photo": (
        "还差处置前照片：要 {wanted} 张，现有 {found} 张。",
        "Photos of the start are missing: {wanted} wanted, {found} found.",
    ),
    "step.not_on_the_spot": (
        "这类事项不能由网格员自行处置，请上报受理。",
        "This kind of matter cannot be settled on the spot.",
    ),
    "step.returned_once": (
        "本单位已退回过一次，不能再退。有争议请找值班长裁定。",
        "Your unit has returned it once and cannot again.",
    ),
    "step.return_window_over": (
        "退回期已过：截止 {until}。派错了请找指挥室值班长裁定。",
        "The time for returning it ended at {until}. Ask the duty chief for a ruling.",
    ),
    "step.still_time_to_sign": (
        "签收时限到 {until}，还没超时，暂不能改派。",
        "The unit may sign until {until}; it cannot be recalled before.",
    ),
    "step.no_close_kind": ("请选择结案类型。", "Choose how it is closed."),
    "step.closes_late": (
        "处置或全流程已超时，不能按正常结案。请选超时结案。",
        "It ran past its limit: close it as late.",
    ),
    "step.already_proposed": (
        "已有人申请作废，等第二人确认。",
        "Voiding is proposed already; a second person must confirm.",
    ),
    "step.no_proposal": (
        "作废要先由一人申请、再由另一人确认。",
        "Voiding needs a proposal first, then a second person.",
    ),
    "step.same_person": ("作废要由第二人确认，您是申请人。", "A second person must confirm; you proposed it."),
    "step.reopened_once": ("事项只能重开一次。", "A matter can be reopened once only."),
    "step.objection_open": (
        "派单异议还没有裁定，裁定后再派遣。请值班长先裁定。",
        "The objection to the dispatch is not ruled on yet; the duty chief rules first.",
    ),
    "step.ruled_elsewhere": ("裁定已定承办单位，只能派给它。", "A ruling has named the unit; it can go nowhere else."),
    "step.ruled_here": (
        "这是裁定件，不能再退回。有困难可以申请协办或吹哨。",
        "A ruling bound your unit: it cannot be returned. Ask for joint handling instead.",
    ),
    "step.no_suggested_unit": ("请写明应由哪个单位承办。", "Say which unit should handle it."),
    "step.suggests_itself": ("建议的承办单位不能是本单位。", "The unit you suggest cannot be your own."),
    "step.on_hold": (
        "事项已挂账，钟已停。恢复办理后才能继续。",
        "The matter is on hold and its clock stands still. Resume it first.",
    ),
    "step.waits_for_others": (
        "还有 {waits} 个协办单位没有办完，主办要等协办。",
        "{waits} joint units are not done yet; the lead waits for them.",
    ),
    "step.whistle_open": ("吹哨还没有会商结论，结论后才能继续。", "The whistle has no joint conclusion yet."),
    "step.order_open": (
        "督办还没有销号，答复经督办人认可后才能继续。",
        "A supervision order is still open; its reply must be accepted first.",
    ),
    "step.first_desk_replies": (
        "首接单位还没有答复报事人，请先由首接单位答复。",
        "The desk that first received it has not answered the reporter yet.",
    ),
    "step.no_reply": ("请写明给报事人的答复。", "Write the answer to the reporter."),
    "step.needs_hands": (
        "这类事项要有处置后照片，不能只靠答复办结。请受理并派送。",
        "This kind must be shown done by photos: words do not close it. Accept and dispatch it.",
    ),
    "step.too_late_to_undo": ("撤回时间已过。可以等退回，或超时改派。", "It is too late to take it back."),
    "step.no_master": ("请选择合并到哪一件。", "Choose the matter to merge it into."),
    "step.own_master": ("不能合并到自己。", "A matter cannot be merged into itself."),
    "step.master_ended": (
        "主件现在是“{state}”，不能再并入。",
        "The master is in “{state}”: nothing can be merged into it.",
    ),
    "step.has_children": (
        "它带着 {children} 件合并件，请先撤销合并或改并到别的主件。",
        "{children} matters follow it; unmerge them first.",
    ),
    "step.seal_differs": ("保密件只能与保密件合并。", "Sealed matters merge with sealed ones only."),
    "step.at_the_top": ("已在最上一级，不能再提级。", "It is at the highest ring already."),
    "step.at_the_bottom": ("下面没有可以下派的指挥室。", "There is no desk below to hand it to."),
    "step.not_for_towns": (
        "这是县级部门的职责事项，不能下派到镇街。",
        "This is work of a county department: it may not be handed to towns.",
    ),
    "step.no_cause": (
        "重办要有缘由：群众不满意，或复核成立。",
        "Handling anew needs a cause: dissatisfaction or an upheld appeal.",
    ),
    "step.rehandled_once": (
        "不满意件已重办过一次，再不满意转督办。",
        "It was handled anew once; further dissatisfaction goes to supervision.",
    ),
    "period.invalid": (
        "时段 {since} 至 {until} 不对：开始不能晚于结束，最长 {most} 日。",
        "The period {since} to {until} is not one: it starts before it ends and has {most} days at most.",
    ),
    "extension.too_late": (
        "延期要在到期前申请，{due} 已到期。",
        "An extension is asked for before the limit runs out; it ran out at {due}.",
    ),
    "extension.twice_at_most": (
        "最多延期 {most} 次，已经用完。办不了的可以申请挂账或提级。",
        "{most} extensions are the most; they are used up.",
    ),
    "extension.second_needs_two": (
        "第二次延期要两级审批，请用“申请两级延期”。",
        "A second extension needs two levels of approval.",
    ),
    "extension.no_limit": ("请写明要延多久。", "Say how much more time is needed."),
    "extension.no_clock": ("处置钟没有在走，不能延期。", "No handling clock is running."),
    "extension.other_unit": (
        "原期限按“{unit}”计，延期也要按它计。",
        "The limit is counted in “{unit}”; so is its extension.",
    ),
    "extension.too_long": (
        "一次最多延 {most} {unit}，不超过原期限。",
        "At most {most} {unit} at once, no more than the limit itself.",
    ),
    "hold.no_kind": ("请选择挂账、补正或鉴定。", "Choose what it is held for."),
    "hold.wrong_ground": ("这个原因与所选的停表种类不符，请重选原因。", "This ground does not fit the kind of hold."),
    "hold.no_day": ("请选择复查日期。", "Choose the day on which it is looked at again."),
    "hold.wrong_day": ("复查日期要在明天到 {last} 之间。", "The review day lies between tomorrow and {last}."),
    "hold.not_yet": ("复查日还没到（{due}）。", "The review day has not come ({due})."),
    "objection.same_unit": (
        "异议成立就要改派别的单位；仍由原单位承办请裁定不成立。",
        "An upheld objection names another unit; otherwise overrule it.",
    ),
    "overlay.unknown_act": ("没有“{act}”这个动作。", "There is no act “{act}”."),
    "overlay.unreadable": ("读不懂“{found}”，请按提示重填。", "“{found}” cannot be read; fill it in as the hint says."),
    "overlay.wrong_state": ("现在不能“{act}”。", "“{act}” is not possible now."),
    "overlay.one_is_open": ("已有一份在办，先等它有结果。", "One is under way already; wait for its outcome."),
    "overlay.own_request": (
        "不能审批自己申请的事。请他人审批。",
        "Nobody decides on his own request; somebody else must.",
    ),
    "branch.no_kind": ("请选择协办或会办。", "Choose assistance or consultation."),
    "branch.no_join": ("请选择主办等谁完成：全部、任一，或自行决定。", "Choose for whom the lead waits."),
    "branch.no_unit": ("请选择邀请哪些单位。", "Choose the units to be invited."),
    "branch.too_many": (
        "一次最多邀请 {most} 个单位，选了 {found} 个。请只请必要的单位。",
        "At most {most} units are invited at once, not {found}. Invite those that are needed.",
    ),
    "branch.lead_itself": ("主办单位不能邀请自己，请去掉本单位。", "The lead does not invite itself. Take it out."),
    "branch.invited_already": (
        "所选单位中有的已在协办，或正在待审批。请去掉它再提交。",
        "One of these units is invited already. Take it out.",
    ),
    "branch.not_here": (
        "只能邀请办理此地事务的部门、站所或村社。请去掉指挥室和外地单位。",
        "Only units that work at this place can be invited: no command rooms, none from elsewhere.",
    ),
    "branch.beyond_lead": (
        "协办时限不能超过主办时限（{due}）。请缩短，或勾选“可晚于主办时限”。",
        "A part ends with the limit of the lead, {due}. Shorten it, or say that it may end later.",
    ),
    "branch.too_long": ("协办时限最多 {most}，请缩短。", "The limit of a part is {most} at most. Shorten it."),
    "branch.bound": (
        "已裁定由贵单位承担，不能再次提出。请按裁定办理。",
        "A ruling bound your unit to its part; there is no second no.",
    ),
    "whistle.only_towns": (
        "吹哨由乡镇街道发起。这件事项现在不在镇街指挥室。",
        "Towns blow whistles; this matter is not with a town's command room now.",
    ),
    "whistle.no_kind": ("请选择哨的种类。", "Choose the kind of whistle."),
    "whistle.hard_by_commander": (
        "攻坚克难哨只能由书记、主任（指挥长）吹。请改选种类，或请指挥长办理。",
        "A hard whistle is blown by the commander only. Choose another kind, or ask the commander.",
    ),
    "whistle.no_unit": ("请选择叫哪些单位到场。", "Choose the units to be called."),
    "whistle.too_many": (
        "一次吹哨最多叫 {most} 个单位，这次选了 {found} 个。请只叫有职责的单位。",
        "One whistle calls at most {most} units; {found} were chosen. Call those that have a duty.",
    ),
    "whistle.called_already": (
        "所选单位中有的已经叫过。请去掉它再提交。",
        "One of these units has been called already. Take it out.",
    ),
    "whistle.not_a_department": (
        "吹哨只叫管到此地的部门和站所。请去掉指挥室、村社和外地单位。",
        "A whistle calls departments and stations that work at this place: no desk, no village, none from elsewhere.",
    ),
    "whistle.awaited": (
        "还有 {awaited} 个单位未到场也未答复，到场时限是 {until}。等它们到场，或等时限过后再作结论。",
        "{awaited} units are still awaited, until {until}. Conclude when they have come or their time is over.",
    ),
    "whistle.somebody_came": (
        "已有单位到场，不能撤哨。请作出会商结论。",
        "A unit has come; a whistle cannot be called off then. Conclude it.",
    ),
    "whistle.no_outcome": ("请选择会商结果。", "Choose what came out of it."),
    "summons.bad_point": (
        "位置不完整或不在地球上。可以不带位置报到。",
        "The point is not whole, or not on earth. A check-in needs no point.",
    ),
    "summons.too_far": (
        "报到点距事项 {away} 米，超过 {most} 米。确在现场的，请说明原因。",
        "The check-in is {away} m from the matter, more than {most} m. Say why.",
    ),
    "summons.no_rating": ("请选择评价。", "Choose a rating."),
    "summons.low_without_reason": ("评“不满意”要写明原因。", "Say why it was not satisfactory."),
    "summons.rated": ("已评价过，评价只作一次。", "It has been rated; that is done once."),
    "order.already_pressed": (
        "这件事项已在“{grade}”中，不重复督办。需要加压时请用更高一级的督办。",
        "It is under order already ({grade}). To press harder, issue an order of a higher grade.",
    ),
    "order.wrong_day": (
        "答复日期要在 {first} 至 {last} 之间。要更快，请用更高一级的督办。",
        "The reply can be asked for between {first} and {last}. For less time, issue an order of a higher grade.",
    ),
    "order.own_reply": (
        "这份答复是您本人报的，请由他人销号。",
        "You gave this reply yourself; somebody else accepts it.",
    ),
    "order.same_cause": ("同一原因已经督办过。", "An order was raised for this very cause already."),
    "order.missing": ("找不到这份督办单，或不在您的职责范围内。", "There is no such order, or not within your duties."),
    "order.too_many": (
        "一份督办单最多 {most} 件，现在选了 {found} 件。请分几次下发。",
        "An order takes in {most} matters at most, not {found}. Issue several.",
    ),
    "order.no_grade": ("请选择督办级别。", "Choose the grade of the order."),
    "order.sealed_alone": (
        "保密件要单独督办，不与其他事项同单。请只选这一件再下发。",
        "A sealed matter is pressed by an order of its own. Choose it alone.",
    ),
    "order.no_matter": ("请至少选一件事项。", "Choose one matter at least."),
    "call_back.no_rating": ("请选择满意程度。", "Choose how satisfied the reporter is."),
    "call_back.no_verdict": ("请选择“已解决”或“未解决”。", "Say whether it is solved."),
    "call_back.no_words": (
        "不满意或未解决的，请写明群众说了什么，重办时要用。",
        "Where it is not satisfactory or not solved, write what the reporter said: the next handling needs it.",
    ),
    "call_back.tried_lately": (
        "刚打过，{until} 以后再打才算一次。",
        "It was tried just now; the next call counts after {until}.",
    ),
    "call_back.spoke_for_another": (
        "这是代群众登记的来电，请由回访员回访后登记评价。",
        "You took down somebody else's call; that reporter is called back.",
    ),
    "call_back.rated_already": ("这一轮已经评价过，评价只作一次。", "This handling has been rated; that is done once."),
    "call_back.period_over": (
        "结案满 30 日，不能再评价：截止 {until}。仍有问题请重新上报。",
        "It could be rated until {until}. If it is not solved, report it anew.",
    ),
    "appeal.period_over": (
        "结案满 {days} 日，不能申诉：截止 {until}。可以重新上报。",
        "An appeal was possible within {days} days, until {until}. Report it anew.",
    ),
    "appeal.once": (
        "这一轮已经申诉过，每轮一次。请等复核结果，或看复核结论。",
        "It was appealed against already, which is done once; see the outcome.",
    ),
    "appeal.no_kind": ("请选择对什么申诉：差评、差错或返工。", "Choose what the appeal is against."),
    "appeal.no_mark": ("这件事项没有可申诉的差评、差错或返工记录。", "Nothing of this kind is held against the unit."),
    "appeal.mark_over": (
        "记录已满 {days} 日，不能再申诉。",
        "More than {days} days have passed; it can no longer be appealed against.",
    ),
    "overlay.missing": ("找不到这份记录，可能已经办结。", "There is no such record, or it has ended."),
    "step.reopen_period_over": (
        "结案满 30 日，不能重开：截止 {until}。可以重新上报。",
        "It can be reopened until {until} only. Report it anew.",
    ),
    # units, posts, calendar
    "unit.missing": ("没有这个单位。", "There is no such unit."),
    "unit.kind": ("没有“{kind}”这种单位。", "There is no kind of unit “{kind}”."),
    "unit.unnamed": ("请填写单位编码和名称。", "Give the unit a code and a name."),
    "unit.code_taken": ("单位编码 {unit} 已被使用。", "The unit code {unit} is taken."),
    "post.missing": ("没有这个岗位。", "There is no such post."),
    "post.role": ("没有“{role}”这种岗位。", "There is no role “{role}”."),
    "post.held_already": ("这个人已在任这个岗位。", "The person holds this very post already."),
    "post.ends_before_start": ("离任日要晚于任职日 {start}。", "A post must end after it starts on {start}."),
    "person.missing": ("没有这个人员。", "There is no such member of staff."),
    "person.unnamed": ("请填写姓名。", "Give a name."),
    "account.taken": ("登录名 {username} 已被使用。", "The user name {username} is taken."),
    "calendar.no_source": ("请填写文件依据，例如“国办发明电〔2026〕7 号”。", "Name the notice this day rests on."),
    "calendar.no_override": ("{day} 没有单独设置。", "{day} has no setting of its own."),
    "calendar.too_short": (
        "日期 {day} 不在工作日历范围内（{first} 至 {last}）。请核对日期，或由管理员补充日历。",
        "{day} is outside the working calendar ({first} to {last}). Check the date, or extend the calendar.",
    ),
    # lists and exports
    "filter.unreadable": (
        "筛选条件“{field}”读不懂：{found}。请重新选择。",
        "The filter “{field}” cannot be read: {found}. Choose it again.",
    ),
    "export.too_many": (
        "一次最多导出 {limit} 条，请缩小日期或区域后再导出。",
        "At most {limit} rows can be exported at once. Narrow the days or the area.",
    ),
    "list.no_name": ("给列表起个名字，例如“本周逾期”。", "Give the list a name, such as “Overdue this week”."),
    "list.name_taken": (
        "您已有一个列表叫“{name}”，请换个名字。",
        "You keep a list called “{name}” already. Choose another name.",
    ),
    "list.too_many": (
        "每人最多保存 {most} 个列表，请先删去不用的。",
        "A person keeps at most {most} lists. Delete one you do not need first.",
    ),
    "list.too_long": (
        "筛选条件太长，保存不了，请去掉几个条件。",
        "These filters are too long to keep. Take some of them off.",
    ),
    "text.no_title": ("给它起个标题，用的人按标题挑选。", "Give it a title: people choose by it."),
    "text.empty": ("正文还空着，请写上要插入的话。", "The text is empty. Write what is to be inserted."),
    "text.no_act": (
        "适用的办理动作或状态不存在，请重新选择。",
        "There is no such act or state. Choose it again.",
    ),
    "text.missing": (
        "这条常用语或宏已删除，或不属于这个单位。",
        "This text or macro is gone, or belongs to another unit.",
    ),
    "list.missing": ("这个列表已删除，或不是您的。", "This list is gone, or it is not yours."),
    "print.no_pango": (
        "这台服务器缺少排版文字的库，暂时不能生成 PDF。请管理员安装：{packages}。现在请回到事项页，用“打印”由浏览器打印。",
        "This server lacks the library that sets type, so no PDF can be made. Ask an administrator to install {packages}. For now go back to the matter and use “Print” of the browser.",
    ),
    # a simulated city
    "simulate.no_areas": (
        "还没有区划：请先运行 tongxin load_areas cities/quzhou。",
        "No areas yet: run tongxin load_areas first.",
    ),
    "simulate.no_catalog": (
        "还没有事项模板：请先运行 tongxin load_catalog。",
        "No templates yet: run tongxin load_catalog first.",
    ),
    "simulate.no_units": (
        "还没有单位或在岗人员：请先设立单位和岗位。",
        "No units or staff yet: open units and posts first.",
    ),
    "simulate.no_grids": ("还没有可用的网格：请先载入带中心点的网格。", "No grids with a center yet: load them first."),
    "simulate.differs": (
        "重现的数字是 {found}，公布的是 {printed}。",
        "The figures lived through are {found}, those printed {printed}.",
    ),
    "simulate.not_empty": (
        "已有 {matters} 件事项。要再加，请用 --more。",
        "{matters} matters stand already. To add more, use --more.",
    ),
    # the house itself
    "home.open_parent": (
        "数据目录 {home} 的上级 {folder} 人人可写，会被调换。请另选 TONGXIN_HOME，或对上级执行 chmod o-w。",
        "Anybody can write to {folder}, above {home}, and exchange it. Choose another TONGXIN_HOME, or chmod o-w that folder.",
    ),
    "home.not_a_folder": (
        "{home} 不是目录（是文件或链接）。请另选 TONGXIN_HOME。",
        "{home} is a file or a link, not a folder. Choose another TONGXIN_HOME.",
    ),
    "home.not_owned": (
        "{home} 属于用户 {owner}，当前用户是 {user}。请换用户运行，或另选 TONGXIN_HOME。",
        "{home} belongs to user {owner}, we are {user}. Run as its owner, or choose another TONGXIN_HOME.",
    ),
    "home.not_empty": (
        "{home} 对他人开放，且已有别的内容，未作改动。请选空目录；确是数据目录时先执行 chmod 700。",
        "{home} is open to others and holds other things; nothing was changed. Name an empty folder, or chmod 700 it yourself.",
    ),
    "home.not_closed": (
        "无法把 {home} 设为他人不可读。请放到支持权限的磁盘上。",
        "{home} cannot be closed to others. Use a disk with permissions.",
    ),
    "home.not_writable": (
        "无法写入 {home}：{why}。请另选 TONGXIN_HOME。",
        "Cannot write to {home}: {why}. Choose another TONGXIN_HOME.",
    ),
    "home.unreachable": (
        "数据库以用户 {user} 运行，进不了 {folder}。请设 TONGXIN_HOME=/var/lib/tongxin，或设 DATABASE_URL。",
        "The database runs as {user}, who cannot enter {folder}. Set TONGXIN_HOME=/var/lib/tongxin, or DATABASE_URL.",
    ),
    "postgres.nameless_user": (
        "用户号 {uid} 没有用户名，内置数据库不能运行。请添加该用户，或设 DATABASE_URL。",
        "User {uid} has no name, which the embedded database needs. Add that user, or set DATABASE_URL.",
    ),
    "postgres.no_user": (
        "数据库不能以 root 运行，又无法改用 postgres 或 nobody。请用普通用户运行，或设 DATABASE_URL。",
        "The database must not run as root and cannot run as postgres or nobody. Run as an ordinary user, or set DATABASE_URL.",
    ),
    "postgres.not_installed": (
        "本机没有可运行的内置 PostgreSQL。请重新安装依赖，或设 DATABASE_URL。",
        "The embedded PostgreSQL is missing or does not run here. Reinstall, or set DATABASE_URL.",
    ),
    "postgres.not_made": ("建库失败（{program}）：{log}", "Making the database failed ({program}): {log}"),
    "postgres.other_version": (
        "{data} 由 PostgreSQL {written} 写成，现在的程序是 {program}。请用旧版备份，再恢复到新的数据目录。",
        "{data} was written by PostgreSQL {written}; the program is {program}. Back up with the old version, restore into a new home.",
    ),
    "postgres.not_started": ("数据库没有启动。日志末尾：{log}", "The database did not start. End of its log: {log}"),
    "postgres.silent": (
        "数据库 {seconds} 秒没有应答，可能有旧进程未结束。稍后再试。日志末尾：{log}",
        "The database has not answered for {seconds} s; old processes may still be ending. Try again. Log: {log}",
    ),
    "postgres.name_taken": (
        "{link} 已被占用。请改用路径较短的 TONGXIN_HOME。",
        "{link} is taken. Use a shorter TONGXIN_HOME.",
    ),
    "database_url.scheme": ("DATABASE_URL 要以 postgresql:// 开头。", "DATABASE_URL must start with postgresql://."),
    "database_url.unreadable": (
        "读不懂 DATABASE_URL。写法：postgresql://用户:密码@主机:5432/库名?sslmode=require，特殊字符用 %xx。",
        "DATABASE_URL cannot be read. Form: postgresql://user:password@host:5432/name?sslmode=require; write special characters as %xx.",
    ),
    "database_url.no_name": (
        "DATABASE_URL 缺库名：主机后加 /库名。",
        "DATABASE_URL names no database: add /name after the host.",
    ),
    # areas and the files they come in
    "file.missing": ("找不到文件 {file}。", "There is no file {file}."),
    "file.too_large": (
        "文件 {file} 有 {megabytes} MB，上限 {limit} MB。请拆分后再载入。",
        "{file} has {megabytes} MB; the limit is {limit} MB. Split it.",
    ),
    "file.empty": ("文件 {file} 是空的。", "{file} is empty."),
    "file.binary": (
        "文件 {file} 第 {line} 行含有二进制内容，不是文本。请另存为 UTF-8 的 CSV 或 GeoJSON。",
        "Line {line} of {file} holds binary content. Save it as UTF-8 text.",
    ),
    "file.encoding": (
        "文件 {file} 第 {line} 行既不是 UTF-8 也不是 GB18030。请另存为 UTF-8。",
        "Line {line} of {file} is neither UTF-8 nor GB18030. Save it as UTF-8.",
    ),
    "file.quoting": (
        "文件 {file} 从第 {line} 行起引号或分隔不成对（{reason}）。请核对该行。",
        "Quoting in {file} is broken from line {line} on ({reason}).",
    ),
    "file.columns": ("文件 {file} 的表头缺少：{missing}。", "The head of {file} lacks: {missing}."),
    "file.json": (
        "文件 {file} 第 {line} 行第 {column} 列不是合法的 JSON。",
        "{file} is not JSON at line {line}, column {column}.",
    ),
    "file.geojson": ("文件 {file} 不是含要素的 GeoJSON。", "{file} is no GeoJSON with features."),
    "file.toml": ("文件 {file} 不是合法的 TOML：{reason}。", "{file} is not TOML: {reason}."),
    "areas.rejected": ("共 {count} 处有误，什么也没有写入。", "{count} places are wrong; nothing was written."),
    "area.columns": ("应有 {expected} 列，实有 {found} 列。", "There should be {expected} columns, not {found}."),
    "area.code_width": (
        "区划代码“{found}”应为 2、4、6、9、12、15 或 17 位数字。",
        "The code “{found}” should have 2, 4, 6, 9, 12, 15 or 17 digits.",
    ),
    "area.code_repeated": ("代码与第 {first_line} 行重复。", "The code repeats that of line {first_line}."),
    "area.name": ("名称应为 1 至 {limit} 个字。", "The name should have 1 to {limit} characters."),
    "area.level": (
        "级别“{found}”与 {width} 位代码不符。",
        "The level “{found}” does not fit a code of {width} digits.",
    ),
    "area.parent_differs": (
        "上级写的是“{found}”，按代码应为 {expected}。",
        "The parent is given as “{found}”; by the code it is {expected}.",
    ),
    "area.parent_unknown": (
        "上级 {parent} 不在表中，也不在现有区划中。",
        "The parent {parent} is neither in the table nor among the areas in force.",
    ),
    "area.kind": ("类型“{found}”应为 ordinary 或 special。", "The kind “{found}” should be ordinary or special."),
    "area.special_serial": (
        "专属网格的末三位应为 900 至 999，普通网格应小于 900。",
        "Special grids have serials 900 to 999, ordinary ones below 900.",
    ),
    "area.households": ("户数“{found}”不是数字。", "“{found}” is no number of households."),
    "area.date": ("日期“{found}”应写作 2026-11-20。", "The date “{found}” should be written 2026-11-20."),
    "area.ended": (
        "代码已于 {on} 停用，不再启用。请用新代码。",
        "The code ended on {on} and is not used again. Take a new one.",
    ),
    "area.gap": (
        "下级之间有空隙，约 {square_meters} 平方米，在 {lon}, {lat} 附近。",
        "The areas below leave a gap of about {square_meters} m² near {lon}, {lat}.",
    ),
    "area.overlap": (
        "与 {other} 重叠约 {square_meters} 平方米，在 {lon}, {lat} 附近。",
        "It overlaps {other} by about {square_meters} m² near {lon}, {lat}.",
    ),
    "area.beyond": (
        "下级超出边界约 {square_meters} 平方米，在 {lon}, {lat} 附近。",
        "The areas below reach beyond it by about {square_meters} m² near {lon}, {lat}.",
    ),
    "area.not_valid": (
        "区域 {area} 在 {on} 不在有效期内，或当天才启用。",
        "Area {area} is not in force on {on}, or only begins that day.",
    ),
    "area.code_taken": ("代码 {area} 已经用过。请用新代码。", "The code {area} has been used. Take a new one."),
    "area.orphan": (
        "{on} 起上级 {parent} 不再有效，而 {area} 仍在。请一并变更。",
        "From {on} on {parent} is not in force while {area} still is. Change both together.",
    ),
    "outline.none_known": (
        "{file} 中没有一个边界与表中的区划对得上（已按 {keys} 查找）。请用 --key 指明属性。",
        "No outline in {file} belongs to an area of the table (looked at {keys}). Name the property with --key.",
    ),
    "outline.unknown": (
        "{file} 第 {feature} 个边界（{called}）不属于表中任何区划，已略过。",
        "Outline {feature} of {file} ({called}) belongs to no area of the table and was passed over.",
    ),
    "outline.repeated": ("边界在 {file} 中重复给出。", "The outline is given twice ({file})."),
    "outline.name_ambiguous": (
        "名称“{name}”对应多个区划：{codes}。请改用代码。",
        "Several areas are called “{name}”: {codes}. Use codes.",
    ),
    "outline.unreadable": (
        "{file} 第 {feature} 个边界为空、未闭合或含非数字坐标。",
        "Outline {feature} of {file} is empty, open, or holds what is no number.",
    ),
    "outline.type": ("边界应为 Polygon 或 MultiPolygon，不是 {found}。", "An outline is a polygon, not a {found}."),
    "outline.range": (
        "坐标 {lon}, {lat} 不是经纬度。请先转换为经纬度坐标。",
        "{lon}, {lat} is no longitude and latitude. Convert it first.",
    ),
    "outline.invalid": ("边界自相交：{reason}。", "The outline crosses itself: {reason}."),
}


def label(member: Enum, language: str = "zh-hans") -> str:
    """Return the word for an enum's member: Chinese from LABELS, English from its own name."""
    if language.startswith("zh"):
        return LABELS[type(member)][member]
    return member.name.replace("_", " ").capitalize()


def say(refusal: Refused, language: str = "zh-hans") -> str:
    """Return the sentence for a refusal, its facts filled in."""
    chinese = language.startswith("zh")
    sentence = REFUSALS[refusal.code][0 if chinese else 1]
    facts = {name: _in_words(value, language) for name, value in refusal.facts.items()}
    return re.sub(r"\{(\w+)\}", lambda match: facts.get(match[1], "—"), sentence)


def _in_words(value: Any, language: str) -> str:
    if isinstance(value, Enum) and not isinstance(value, IntEnum):
        return label(value, language)
    if isinstance(value, datetime):
        at = value.astimezone(SHANGHAI) if 1 < value.year < 9999 else value  # the edges of time have no other zone
        return f"{at:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        mark = "、" if language.startswith("zh") else ", "
        return mark.join(_in_words(each, language) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_in_words(each, language)}" for name, each in value.items())
    return str(value)
