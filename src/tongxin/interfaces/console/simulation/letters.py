"""Letters of the demonstration city: e-mails and chat messages as people write them, and what nobody wrote to us."""

from datetime import datetime, timedelta

from tongxin.apps.hotline import actions
from tongxin.apps.hotline.actions import Arrived
from tongxin.apps.hotline.letters import Said
from tongxin.apps.hotline.models import Letter, Line
from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.people.models import Unit
from tongxin.interfaces.console.simulation.pictures import drawn
from tongxin.rules.channels import Channel
from tongxin.rules.letters import Ignored, LineKind
from tongxin.rules.permissions import SYSTEM, reporting
from tongxin.rules.units import UnitKind

CHAT = "chat"
MAILS = (
    (
        "王芳",
        "荷花中路路灯",
        "您好：\n荷花中路 18 号门口的路灯已经三天不亮，晚上老人出门看不清台阶。照片在附件里，请安排修一下。\n谢谢！",
    ),
    ("", "咨询医保异地就医备案", "我母亲退休后住在杭州，想问医保异地就医怎么备案，要带哪些材料，手机上能不能办？"),
    ("李强", "夜间施工噪音", "信安大道旁边的工地这一周每天夜里十一点以后还在打桩，孩子没法睡。请核实有没有施工许可。"),
    ("", "公司团建优惠方案", "尊敬的客户，秋季团建八折优惠，详询客服。"),
)
CHATS = (
    ("陈师傅", "花园街道农贸市场后门垃圾桶满了好几天，味道很大"),
    ("", "请问社保卡补办要多久？可以邮寄吗"),
    ("阿平", "人行道上窨井盖松了，踩上去会翘，府山街道坊门街口"),
)


def set_up(*, now: datetime) -> None:
    """Open a chat and let letters wait, once: a demonstration that stands already keeps its own."""
    unit = Unit.objects.filter(kind=UnitKind.HOTLINE).order_by("code").first()
    if unit is None or Letter.objects.exists():
        return
    line = Line.objects.filter(code=CHAT).first()
    if line is None:
        told = {"name": "微信公众号留言", "unit_id": unit.pk, "kind": LineKind.CHAT}
        line, _ = actions.open_line(code=CHAT, url="http://127.0.0.1:8091/", **told, by=SYSTEM, now=now)
    for n, (name, title, text) in enumerate(MAILS):
        said = Said(f"writer{n}@example.com", name, title, text, f"<demo-{n}@example.com>")
        files = [("路灯.jpg", drawn("lamp", EvidenceKind.BEFORE).getvalue())] if n == 0 else []
        _take(Arrived(Channel.MAIL, f"demo-{n}", said, files), now - timedelta(minutes=95 - 13 * n))
    for n, (name, text) in enumerate(CHATS):
        said = Said(f"demo-{n}", name, "", text)
        _take(Arrived(Channel.CHAT, f"demo-{n}", said, line=line), now - timedelta(minutes=52 - 17 * n))
    for n in range(3):
        _take(Arrived(Channel.MAIL, f"auto-{n}", Said(), ignored=Ignored.AUTO), now - timedelta(minutes=20))


def _take(arrived: Arrived, at: datetime) -> None:
    actions.take_letter(arrived, by=reporting("mailbox"), now=at)
