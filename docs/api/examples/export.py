"""逐页导出：next 带到下一页，直到没有。Export page by page: `next` leads on until there is none."""

import csv
import os

from tongxin_client import AuthenticatedClient
from tongxin_client.api.matters import list_matters

client = AuthenticatedClient(os.environ["TONGXIN_URL"], os.environ["TONGXIN_KEY"])

with open(os.environ["FILE"], "w", newline="", encoding="utf-8-sig") as file:
    table = csv.writer(file)
    table.writerow(["编号", "标题", "模板", "网格", "状态", "上报", "办结", "超期"])
    after = ""
    while after is not None:
        page = list_matters.sync(client=client, area="330802", after=after, limit=3)
        for row in page.items:
            table.writerow([
                row.number, row.title, row.template.name, row.area.name, row.state.value,
                row.reported_at.isoformat(), row.closed_at or "", row.is_late,
            ])  # fmt: skip
        after = page.next_
