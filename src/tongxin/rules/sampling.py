"""Samples: which matters are drawn, fairly and the same every time somebody looks."""

import zlib


def is_sampled(number: int, share: int) -> bool:
    """Tell whether the matter of this id is among the `share` of a hundred that are drawn."""
    return zlib.crc32(number.to_bytes(8, "big")) % 100 < share
