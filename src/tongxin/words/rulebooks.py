"""Words of the city's rules: what a proposal changes, its steps, what a dry run shows."""

from enum import Enum

from tongxin.rules import drafts, proposals, rehearsing

LABELS: dict[type[Enum], dict[Enum, str]] = {
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
}
