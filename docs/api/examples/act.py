"""办一步：带上看到的版本，别人刚改过就不会盖掉。Take one step with the revision seen, so that nobody is overwritten."""

import os

from tongxin_client import AuthenticatedClient
from tongxin_client.api.matters import read_matter, take_act
from tongxin_client.models import Ask, Problem, TakeActAct

client = AuthenticatedClient(os.environ["TONGXIN_URL"], os.environ["TONGXIN_KEY"])
number = os.environ["NUMBER"]

seen = read_matter.sync(number, client=client)
taken = take_act.sync(number, TakeActAct.ACCEPT, client=client, body=Ask(rev=seen.rev))
print(taken.number, taken.state.value, taken.due_at)

stale = take_act.sync_detailed(number, TakeActAct.FILE, client=client, body=Ask(rev=seen.rev))
assert isinstance(stale.parsed, Problem)  # 412：先重读，再决定 | read again, then decide
print(stale.status_code, stale.parsed.code, stale.parsed.detail)
