"""Samples: which matters are drawn, fairly and the same every time somebody looks."""

import zlib


def is_sampled(lot: str, share: int) -> bool:
    """Tell whether this lot is among the `share` of a hundred that are drawn."""
    return zlib.crc32(lot.encode()) % 100 < share
