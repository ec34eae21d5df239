"""Which adapter serves which medium."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from tongxin.apps.notify.media import chat, mail, push, robots, sms
from tongxin.apps.notify.media.parcel import Outcome, Parcel
from tongxin.rules.occasions import Medium

Adapter = Callable[[Iterable[Parcel]], Iterator[Outcome]]
ADAPTERS: Mapping[Medium, Adapter] = {
    Medium.PUSH: push.send,
    Medium.MAIL: mail.send,
    Medium.SMS: sms.send,
    Medium.CHAT: chat.send,
    Medium.WECOM: robots.send,
    Medium.DINGTALK: robots.send,
}
