"""跟踪一件：办到哪一步、还能办什么、有没有变过。Follow a matter: where it stands, what is open, whether it changed."""

import os

from tongxin_client import AuthenticatedClient
from tongxin_client.api.matters import read_matter
from tongxin_client.models import Matter

client = AuthenticatedClient(os.environ["TONGXIN_URL"], os.environ["TONGXIN_KEY"])

answer = read_matter.sync_detailed(os.environ["NUMBER"], client=client)
matter = answer.parsed
assert isinstance(matter, Matter), matter.detail
print(matter.number, matter.state.value, matter.lamp, matter.due_at)
for entry in matter.timeline:
    print(f"{entry.at:%m-%d %H:%M}", entry.kind, entry.unit.name if entry.unit else "")
for choice in matter.acts:  # 不能办的附原因 | what is refused comes with its reason
    print(choice.label, "✓" if choice.is_open else choice.refused.detail, choice.needs)

# 不必反复比较：版本就是 ETag | the revision is the ETag: nothing else needs comparing
seen = answer.headers["ETag"]
changed = read_matter.sync_detailed(os.environ["NUMBER"], client=client).headers["ETag"] != seen
print("已变" if changed else "没有变")
