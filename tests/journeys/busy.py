"""A busy morning: matters with much over them, orders, drafts of rules, own lists; for looking at pages."""

from datetime import datetime, timedelta
from typing import Any

from tests.town import SONGYUAN_01, Town, a_matter, a_report
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions import light, proposals
from tongxin.apps.matters.actions.supervision import issue_order
from tongxin.apps.matters.models import Matter, StandardText
from tongxin.apps.matters.overlaying import MODELS
from tongxin.rules.channels import Channel
from tongxin.rules.lifecycles.matter import Act, CloseKind, Ground
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.overlays.hold import Ground as HoldGround
from tongxin.rules.working_time import Limit

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BESIDE = (SONGYUAN_01[0] + 0.003, SONGYUAN_01[1])


class Morning:
    """What happens to matters, a minute after another."""

    def __init__(self, town: Town, now: datetime) -> None:
        self.town, self.now = town, now

    def over(self, act: str, matter: Matter, who: str, **said: Any) -> None:
        """Let somebody act on the latest overlay of the act's kind, or lay a new one over the matter."""
        self.now += MINUTE
        kind = Overlay(act.partition(".")[0])
        table_row = MODELS[kind].objects.filter(matter_id=matter.pk, ended_at=None).order_by("id").first()
        is_new = act.rpartition(".")[2] in ("ask", "ask_more", "invite", "blow", "raise", "issue_key")
        actions.take_over(
            act,
            matter_id=matter.pk,
            overlay_id=None if is_new or table_row is None else table_row.pk,
            by=getattr(self.town, who),
            now=self.now,
            **({"reason": "现场看过，情况属实，今天内回复。"} | said),
        )

    def step(self, act: Act, matter: Matter, who: str, **said: Any) -> None:
        self.now += MINUTE
        by = getattr(self.town, who)
        actions.take(act, matter_id=matter.pk, by=by, now=self.now, **({"reason": "如实写明"} | said))

    def crowded(self) -> Matter:
        """Return one matter that nearly everything lies over."""
        unit = self.town.unit
        told = {"contact_phone": "13800006027", "contact_name": "王女士", "channel": Channel.HOTLINE}
        matter = a_matter(self.town, "HANDLING", now=self.now, **told)
        self.now += 10 * MINUTE
        self.over("extension.ask", matter, "handler", limit=Limit.parse("2wh"))
        self.over("extension.grant", matter, "duty_chief")
        self.over("extension.ask_more", matter, "handler", limit=Limit.parse("1wh"))
        invited = (unit["enforcement"], unit["lamps"])
        self.over("branch.invite", matter, "handler", kind="assist", join="all", units=invited)
        self.over("branch.approve", matter, "dispatcher")
        self.over("branch.object", matter, "enforcer", ground=Ground.NOT_OURS)
        self.over("whistle.blow", matter, "duty_chief", kind="request", units=invited)
        self.over("summons.sign", matter, "enforcer")
        self.over("order.issue_key", matter, "commander")
        self.over("order.reply", matter, "handler_head")
        self.step(Act.URGE, matter, "dispatcher")
        for _ in range(4):
            self.step(Act.MERGE, a_matter(self.town, now=self.now), "acceptor", master_id=matter.pk)
        return matter

    def waiting(self) -> dict[str, Matter]:
        """Return matters over which each something else waits for somebody."""
        at = self.now
        longer, still, disputed, done = (
            a_matter(self.town, state, now=at, point=BESIDE, text=text, **told)
            for state, text, told in (
                ("HANDLING", "荷西苑南门消防通道被几辆报废电动车长期占着，居民多次反映没有人来清理拖走。", {}),
                ("HANDLING", "公交站牌后面的绿化带裸土，下雨天泥水流到人行道上。", {}),
                ("AWAITING_SIGNATURE", "早餐摊占道，油污倒进雨水井。", {}),
                ("AWAITING_CLOSING", "路口下水道井盖松动，车压过去很响。", {"contact_phone": "13800001111"}),
            )
        )
        self.now += 15 * MINUTE
        self.over("extension.ask", longer, "handler", limit=Limit.parse("2wh"))
        until = (self.now + 30 * DAY).date()
        self.over("hold.ask", still, "handler", kind="suspension", ground=HoldGround.SEASON, until=until)
        self.over("hold.grant", still, "commander")
        told = {"ground": Ground.NOT_OURS, "suggested_unit": self.town.unit["enforcement"]}
        self.step(Act.RETURN, disputed, "handler", **told)
        self.step(Act.CLOSE, done, "duty_chief", close_as=CloseKind.NORMAL, reply="井盖已更换，请您放心。", reason="")
        self.over("appeal.raise", done, "caller_back")
        return {"longer": longer, "still": still, "disputed": disputed, "closed": done}

    def called(self) -> Matter:
        """Return a closed matter whose reporter waits to be called back."""
        told = {"contact_phone": "13800002222", "channel": Channel.HOTLINE, "text": "菜场公厕地面湿滑，老人摔过一次。"}
        matter = a_matter(self.town, "AWAITING_CLOSING", now=self.now, point=BESIDE, **told)
        self.now += 10 * MINUTE
        said = {"close_as": CloseKind.NORMAL, "reply": "已铺防滑垫，请您放心。", "reason": ""}
        self.step(Act.CLOSE, matter, "duty_chief", **said)
        return matter


def a_busy_morning(town: Town, now: datetime) -> dict[str, Any]:
    """Walk the town through a morning that began two hours ago; return what stands where, by name."""
    morning = Morning(town, now - 120 * MINUTE)
    crowded, rest, called = morning.crowded(), morning.waiting(), morning.called()
    order = issue_order(
        matter_ids=[crowded.pk, rest["longer"].pk],
        grade="leader",
        text="三日内整改到位，书面答复；消防通道要保证长期畅通，指定专人每日巡查。",
        reply_by=None,
        by=town.supervisor,
        now=now,
    )
    sealed = actions.report(a_report(template="H12", text="老人下午出门后没有回家。"), by=town.grid_worker, now=now)
    list_ = light.keep_list(name="本周逾期未办结", query="lamp=red", by=town.duty_chief, now=now)
    draft = proposals.draft(
        title="夏季市容：缩短时限", content={"templates": {"C02": {"limit": "2wh"}}}, by=town.system_admin, now=now
    )
    proposals.check(proposal_id=draft.pk, by=town.system_admin, now=now)
    return {
        "crowded": crowded.number,
        **{name: each.number for name, each in rest.items()},
        "called": called.number,
        "order": order.number,
        "sealed": sealed.number,
        "list": list_.pk,
        "draft": draft.pk,
        "text": StandardText.objects.earliest("pk").pk,
        "room": town.unit["command_room"],
        "post": town.duty_chief.duties[0].post_id,
        "person": town.handler.person_id,
    }
