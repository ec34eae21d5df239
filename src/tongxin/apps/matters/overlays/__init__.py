"""What the acts of each overlay change beyond its state; importing this makes them known to `overlaying`."""

from tongxin.apps.matters.overlays import extension, hold, objection

__all__ = ["extension", "hold", "objection"]
