"""What a refusal of this app says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {}
