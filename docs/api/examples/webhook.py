"""收推送：先验签，再按 webhook-id 去重。Receive a webhook: verify it, then take each webhook-id once."""

import os

from standardwebhooks import Webhook, WebhookVerificationError

signature = Webhook(os.environ["WEBHOOK_SECRET"])  # whsec_…，开通时给出 | told when the endpoint is opened
done: set[str] = set()  # 正式使用请存库 | keep this in a database


def received(headers: dict[str, str], body: bytes) -> int:
    """Return the status to answer with. What is not 2xx is sent again."""
    try:
        event = signature.verify(body, headers)
    except WebhookVerificationError:
        return 401
    if headers["webhook-id"] not in done:
        print(event["type"], event["subject"], event["data"].get("state"))
        done.add(headers["webhook-id"])
    return 204
