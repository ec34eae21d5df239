"""What a refusal of this door says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    "join.not_same": (
        "请先勾选“同一个地方、同一件事”。不是同一件的，请另外上报。",
        "Tick first that it is the same place and the same thing. If it is another one, report it by itself.",
    ),
    "portal.no_brand": (
        "没有“{slug}”这个入口。请从首页进入，或打 12345。",
        "There is no door called “{slug}”. Start from the home page, or call 12345.",
    ),
    "portal.no_service": (
        "没有这项服务，可能已经调整。请回首页看看，或打 12345。",
        "There is no such service any more. Look at the home page, or call 12345.",
    ),
}
