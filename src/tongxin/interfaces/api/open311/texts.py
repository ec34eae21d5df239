"""The words of a report that came in here: its text, and the links a client sent in place of photos.

A link is kept as a line of the text and never fetched: what is behind it may change, and asking for it would tell its
owner when we look. It goes where the text goes, and is erased with it.
"""

from collections.abc import Sequence

MARK = "照片链接（未下载）："


def written(text: str, links: Sequence[str]) -> str:
    """Return text and links as one."""
    return "\n".join([text, *(f"{MARK}{link}" for link in links)])


def read(text: str) -> tuple[str, list[str]]:
    """Return what `written` put together."""
    lines = text.split("\n")
    links: list[str] = []
    while lines and lines[-1].startswith(MARK):
        links.insert(0, lines.pop().removeprefix(MARK))
    return "\n".join(lines), links
