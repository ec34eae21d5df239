"""What a text is made of for suggestions: runs of its characters, folded so that forms and figures do not matter."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

LONGEST_TEXT = 2_000  # characters looked at; what follows is not read
SHORTEST, LONGEST = 1, 3  # characters in a gram of the model
GAP = " "
_RUNS = re.compile(r"[^ ]+")

Span = tuple[int, int]  # half-open, in characters


class _Folding(dict[int, str]):
    """How each character is folded; kept, for a city's texts use some five thousand of them."""

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if code < 0x10000:
            self[code] = folded
        return folded


def _folded(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).lower()
    if len(plain) != 1 or not plain.isalnum():
        return GAP
    return "0" if plain.isdigit() else plain


_FOLDING = _Folding()


def folded(text: str) -> str:
    """Return the text character by character: full width as half, small letters, each digit 0, all else a gap.

    As long as the text itself, so that places in the one are places in the other. A figure is never learnt from:
    telephone numbers, plates and addresses all read 000.
    """
    return text[:LONGEST_TEXT].translate(_FOLDING)


def without(plain: str, spans: Sequence[Span]) -> str:
    """Return a folded text with gaps where these spans stood: names of places say where, not what."""
    for start, end in spans:
        plain = plain[:start] + GAP * (end - start) + plain[end:]
    return plain


def placed(plain: str, shortest: int = SHORTEST, longest: int = LONGEST) -> Iterator[tuple[str, int]]:
    """Yield every gram of a folded text with the place where it begins; none runs across a gap."""
    for run in _RUNS.finditer(plain):
        text, begin = run[0], run.start()
        for length in range(shortest, longest + 1):
            for at in range(len(text) - length + 1):
                yield text[at : at + length], begin + at


def grams(plain: str, shortest: int = SHORTEST, longest: int = LONGEST) -> set[str]:
    """Return the distinct grams of a folded text."""
    found: set[str] = set()
    for text in plain.split():
        for length in range(shortest, longest + 1):
            found.update([text[at : at + length] for at in range(len(text) - length + 1)])
    return found
