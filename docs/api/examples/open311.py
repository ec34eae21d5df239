"""按 Open311 上报：表单进、JSON 出，不需要专用客户端。Report by Open311: a form in, JSON out, no client needed."""

import os

import httpx

url = f"{os.environ['TONGXIN_URL']}/api/open311/v2"

services = httpx.get(f"{url}/services.json").json()
print(len(services), services[0]["service_code"], services[0]["service_name"])

form = {"service_code": "C02", "lat": 28.945, "long": 118.865, "description": "菜场东门垃圾桶旁边堆了好多垃圾。"}
form |= {"attribute[amount]": "一堆", "attribute[kind]": "生活垃圾"}
(told,) = httpx.post(f"{url}/requests.json", data=form | {"api_key": os.environ["TONGXIN_KEY"]}).json()
number = told["service_request_id"]

(request,) = httpx.get(f"{url}/requests/{number}.json", params={"api_key": os.environ["TONGXIN_KEY"]}).json()
print(number, request["status"], request["agency_responsible"])
