"""Words of a text for searching: two-character pieces of Chinese, whole words of Latin. No dictionary, no ranking."""

import re
from itertools import pairwise

_RUNS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")


def words_of(*texts: str) -> list[str]:
    """Return the distinct words by which these texts are found: "路灯不亮" → 路灯, 灯不, 不亮."""
    found: dict[str, None] = {}
    for text in texts:
        for run in _RUNS.findall(text.lower()):
            if run[0] < "\u3400":
                found[run[:40]] = None
            elif len(run) == 1:
                found[run] = None
            else:
                found.update(dict.fromkeys(map("".join, pairwise(run))))
    return list(found)
