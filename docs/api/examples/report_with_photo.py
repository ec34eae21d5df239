"""上报一件并附照片：网络断了可以原样重发，不会变成两件。Report one matter with a photo; sent again, it stays one."""

import os
from io import BytesIO

from tongxin_client import AuthenticatedClient
from tongxin_client.api.matters import attach_evidence, report_matters
from tongxin_client.models import AttachEvidenceBody, AttachEvidenceBodyKind, Report, Reported
from tongxin_client.types import File

client = AuthenticatedClient(os.environ["TONGXIN_URL"], os.environ["TONGXIN_KEY"])

report = Report(template="C02", text="菜场东门垃圾桶旁边堆了好多垃圾。", lon=118.865, lat=28.945)
reported = report_matters.sync(client=client, body=report, idempotency_key="12345-2026-0417")
if not isinstance(reported, Reported):  # 没有收下：Problem 说明原因 | a Problem says why not
    raise SystemExit(reported.detail)
again = report_matters.sync(client=client, body=report, idempotency_key="12345-2026-0417")
assert again.number == reported.number

with open(os.environ["PHOTO"], "rb") as file:
    photo = File(BytesIO(file.read()), file_name="before.jpg", mime_type="image/jpeg")
body = AttachEvidenceBody(file=photo, kind=AttachEvidenceBodyKind.BEFORE)
kept = attach_evidence.sync(reported.number, client=client, body=body)
print(reported.number, reported.due_at, kept.href)
