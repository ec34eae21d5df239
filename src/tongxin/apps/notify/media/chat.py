"""Messages into the conversation somebody wrote to the hotline from, where the answers to letters go too."""

from collections.abc import Iterable, Iterator

from tongxin.apps.hotline import letters_sending
from tongxin.apps.hotline.models import Line
from tongxin.apps.notify.media.parcel import Outcome, Parcel


def send(parcels: Iterable[Parcel]) -> Iterator[Outcome]:
    """Say each message in its conversation; `keys` names the line it came by. A line that is closed says nothing."""
    asked = list(parcels)
    lines = Line.objects.in_bulk({parcel.keys.get("line", 0) for parcel in asked})
    for parcel in asked:
        line = lines.get(parcel.keys.get("line", 0))
        text = f"{parcel.text}\n{parcel.link}" if parcel.link else parcel.text
        said = letters_sending.chat(line, parcel.to, text, name=f"msg_{parcel.key}")
        yield Outcome(said.is_sent, said.code, said.is_final)
