"""吹哨：请几个部门限时到现场，再看谁应了哨。Blow a whistle for several departments, then see who is awaited."""

import os

from tongxin_client import AuthenticatedClient
from tongxin_client.api.overlays import read_overlays, take_overlay_act
from tongxin_client.models import OverlayAsk, OverlayKind, Problem, TakeOverlayActOverlayAct

client = AuthenticatedClient(os.environ["TONGXIN_URL"], os.environ["TONGXIN_KEY"])
number, units = os.environ["NUMBER"], os.environ["UNITS"].split(",")

ask = OverlayAsk(kind=OverlayKind.REQUEST, reason="垃圾堆压住路灯电缆，请一起到场。", units=units)
blown = take_overlay_act.sync(number, TakeOverlayActOverlayAct.WHISTLE_BLOW, client=client, body=ask)
if isinstance(blown, Problem):
    raise SystemExit(blown.detail)

for overlay in read_overlays.sync(number, client=client).items:
    print(overlay.kind.value, overlay.unit.name if overlay.unit else "", overlay.label, overlay.due_at)
