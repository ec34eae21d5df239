"""What the acts of each overlay change beyond its state; importing this makes them known to `overlaying`."""

from tongxin.apps.matters.overlays import branch, extension, hold, objection, summons, whistle

__all__ = ["branch", "extension", "hold", "objection", "summons", "whistle"]
