"""Sentences of the refusals that only the listener knows. They join `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    "broker.address": (
        "请用 TONGXIN_MQTT 写明消息服务器，例如 mqtt://用户:密码@主机:1883，加密用 mqtts://。",
        "Name the broker in TONGXIN_MQTT, such as mqtt://user:password@host:1883, or mqtts:// for TLS.",
    ),
    "payload.topic": (
        "主题 {topic} 不对，应为 tongxin/设备编码/reading、event、fault 或 heartbeat。",
        "The topic {topic} will not do: tongxin/<device code>/reading, event, fault or heartbeat.",
    ),
    "payload.long": ("消息太长：最多 {limit} 字节。", "The message is too long: {limit} bytes at most."),
    "payload.unfit": (
        "消息内容不符合约定（{found}）。字段见 docs/operations.md。",
        "The message does not fit ({found}). Its fields are in docs/operations.md.",
    ),
}
