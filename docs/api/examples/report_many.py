"""一批上报 5000 件：逐行作答，坏的一行不影响其他行。Report 5,000 at once: a bad row fails alone."""

import os

from tongxin_client import AuthenticatedClient
from tongxin_client.api.matters import report_matters
from tongxin_client.models import Report
from tongxin_client.types import UNSET

client = AuthenticatedClient(os.environ["TONGXIN_URL"], os.environ["TONGXIN_KEY"], timeout=120)

rows = [
    Report(
        template="C02" if n != 17 else "没有这个模板",
        text=f"第 {n} 处垃圾堆积",
        lon=118.865,
        lat=28.945,
        key=f"2026-11-20-{n}",
    )
    for n in range(5000)
]
answers = report_matters.sync(client=client, body=rows)

taken = [row.matter.number for row in answers if row.status in (200, 201)]
refused = [(n, row.problem.detail) for n, row in enumerate(answers) if row.problem is not UNSET]
print(len(taken), taken[0], taken[-1], refused)
