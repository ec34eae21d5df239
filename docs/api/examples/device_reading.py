"""设备送读数：登记、领密钥、上报；同一个 seq 重发不重复。Enter a device, give it a key, send readings once each."""

import os
from datetime import UTC, datetime

import httpx
from tongxin_client import AuthenticatedClient
from tongxin_client.api.devices import enter_device, list_readings, rotate_device_key
from tongxin_client.models import DeviceAsk, DeviceKind, Problem

url, code, owner = os.environ["TONGXIN_URL"], os.environ["DEVICE"], os.environ["OWNER"]
client = AuthenticatedClient(url, os.environ["TONGXIN_KEY"])

told = DeviceAsk(code=code, kind=DeviceKind.WATER_LEVEL, owner=owner, lon=118.865, lat=28.945, place="下穿通道")
entered = enter_device.sync(client=client, body=told)
if isinstance(entered, Problem):
    raise SystemExit(entered.detail)
key = rotate_device_key.sync(code, client=client).key  # 只给出这一次 | told this once

now = datetime.now(UTC).isoformat()
reading = {"device": code, "at": now, "seq": 1, "value": 12.5}
for _ in range(2):
    answer = httpx.post(f"{url}/api/intake/v1/readings", json=[reading], headers={"Authorization": f"Bearer {key}"})
    print(answer.status_code, answer.json())

print([(each.at, each.value) for each in list_readings.sync(code, client=client).items])
