"""What a refusal of this door says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    "portal.no_brand": (
        "没有“{slug}”这个入口。请从首页进入，或打 12345。",
        "There is no door called “{slug}”. Start from the home page, or call 12345.",
    ),
    "portal.no_service": (
        "没有这项服务，可能已经调整。请回首页看看，或打 12345。",
        "There is no such service any more. Look at the home page, or call 12345.",
    ),
}
