"""Words of the hotline: calls, letters, knowledge."""

from enum import Enum

from tongxin.rules import letters
from tongxin.rules.calls import CallAct, CallEvent, CallOutcome, CallState, EmergencyService
from tongxin.rules.knowledge import ArticleAct, ArticleState, Freshness

LABELS: dict[type[Enum], dict[Enum, str]] = {
    CallState: {
        CallState.RINGING: "振铃",
        CallState.TALKING: "通话中",
        CallState.ENDED: "已结束",
        CallState.MISSED: "未接",
    },
    CallEvent: {
        CallEvent.ARRIVED: "来电",
        CallEvent.ANSWERED: "接通",
        CallEvent.HUNG_UP: "挂断",
        CallEvent.RECORDED: "录音就绪",
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
}
