"""替居民上报的程序：保管回执和密钥，凭它跟踪、补充、撤回。For a residents' app: keep receipt and key, act by them."""

import os

from tongxin_client import AuthenticatedClient, Client
from tongxin_client.api.matters import report_matters
from tongxin_client.api.receipts import add_words, read_receipt, withdraw_matter
from tongxin_client.models import Channel, Contact, Report, WithdrawAsk, WordsSaid

url = os.environ["TONGXIN_URL"]
platform = AuthenticatedClient(url, os.environ["TONGXIN_KEY"])

contact = Contact(name="王女士", phone="13812346027")
report = Report(
    template="D02", text="松园社区门口路灯不亮", lon=118.865, lat=28.945, channel=Channel.RESIDENT, contact=contact
)
reported = report_matters.sync(client=platform, body=report)
# 密钥像密码一样保管，只放在居民自己的手机上 | keep the key like a password, on the resident's own phone

anybody = Client(url)
public = read_receipt.sync(reported.receipt, client=anybody)
assert public.text == "" and public.contact is None  # 只有回执：看不到写了什么 | the receipt alone shows no word

resident = AuthenticatedClient(url, reported.receipt_key, prefix="", auth_header_name="X-Receipt-Key")
add_words.sync(reported.receipt, client=resident, body=WordsSaid(text="旁边那盏也不亮了"))
done = withdraw_matter.sync(reported.receipt, client=resident, body=WithdrawAsk(text="已经修好了"))
print(done.number, done.state.value, [entry.sentence for entry in done.told])
