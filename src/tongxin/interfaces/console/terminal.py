"""The terminal we speak to."""

from collections.abc import Mapping


def language(environ: Mapping[str, str]) -> str:
    """Return the language of the terminal: Chinese, unless the user has set English."""
    wish = next(filter(None, (environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "en" if wish.startswith("en") else "zh-hans"
