"""What a switchboard and a chat channel send: one definition each, read by the decoder and by openapi.json alike.

What else they write is left aside: real ones tell more than is wanted here.
"""

from typing import Annotated

from msgspec import Meta, Struct

from tongxin.apps.hotline.actions.calls import NUMBER_LIMIT, RECORDING_LIMIT, REF_LIMIT, SEAT_LIMIT
from tongxin.interfaces.api.v1.described import Moment, among, told
from tongxin.rules.calls import CallEvent

ID_MOST = 200


class CallTold(Struct, kw_only=True):
    """Which call, and what is known of it by now."""

    call: Annotated[str, told("通话编号 | the call's own id", "c-20261120-417", min_length=1, max_length=REF_LIMIT)]
    seat: Annotated[str | None, told("座席 | the seat", "08", maxLength=SEAT_LIMIT)] = ""
    number: Annotated[
        str | None, told("来电号码，封存一天 | the number, sealed for a day", "13800000000", maxLength=NUMBER_LIMIT)
    ] = ""
    recording: Annotated[str | None, told("录音位置 | where the recording lies", maxLength=RECORDING_LIMIT)] = ""


class CallMessage(Struct, kw_only=True):
    """A message of a switchboard, in an envelope of Standard Webhooks."""

    type: Annotated[CallEvent, among(CallEvent, "消息 | what happened")]
    timestamp: Moment
    data: CallTold


Id = Annotated[str, Meta(min_length=1, max_length=ID_MOST)] | int
Name = Annotated[str | None, told("称呼 | what they call themselves")]


class WeComMessage(Struct, kw_only=True):
    """A message as the robots of WeCom write it."""

    MsgId: Annotated[Id, told("消息编号，重发不变 | id, the same when sent again", "7f3a")]
    FromUserName: Annotated[Id, told("会话 | the conversation", "conv-1")]
    FromName: Name = ""
    Content: Annotated[str, told("写了什么 | what was written", "路灯不亮。")]


class DingTalkText(Struct, kw_only=True):
    """The words of a message of DingTalk."""

    content: Annotated[str, told("写了什么 | what was written", "路灯不亮。")]


class DingTalkMessage(Struct, kw_only=True):
    """A message as the robots of DingTalk write it."""

    msgId: Annotated[Id, told("消息编号，重发不变 | id, the same when sent again", "7f3a")]
    conversationId: Annotated[Id, told("会话 | the conversation", "conv-1")]
    senderNick: Name = ""
    text: DingTalkText
