"""What the acts of each overlay change beyond its state; importing this makes them known to `overlaying`."""

from tongxin.apps.matters.overlays import appeal, branch, call_back, extension, hold, objection, order, summons, whistle

__all__ = ["appeal", "branch", "call_back", "extension", "hold", "objection", "order", "summons", "whistle"]
