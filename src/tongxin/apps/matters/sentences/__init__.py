"""What a refusal of this app says, in Chinese and English, by what it is about; joins `words.REFUSALS`."""

from tongxin.apps.matters.sentences import matters, overlays, residents, rulebooks, steps

REFUSALS = matters.REFUSALS | steps.REFUSALS | overlays.REFUSALS | rulebooks.REFUSALS | residents.REFUSALS
