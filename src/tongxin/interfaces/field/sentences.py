"""What a refusal of this door says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    "sync.changed": (
        "这件事刚被别人改过。您写的内容还在：看过变化，再决定照样提交还是不要了。",
        "Somebody changed this meanwhile. What you wrote is kept: look at the changes, then send it or drop it.",
    ),
    "sync.unreadable": (
        "这一包内容不完整，没有收下。手机里的还在，有网时再传一次。",
        "This message is incomplete and was not taken. What is on the phone is kept; send it again with a network.",
    ),
    "sync.too_many": (
        "一次最多传 {most} 项，分几次传。",
        "At most {most} items go at once; send them in several messages.",
    ),
    "sync.unknown_kind": (
        "平台不认得“{kind}”这种内容。连网打开一次应用，更新后再传。",
        "The platform does not know items of kind “{kind}”. Open the app with a network to update it, then send again.",
    ),
    "sync.key": (
        "这一项没有自己的编号，无法防止重复，没有收下。刷新页面重新填写。",
        "This item has no key of its own, so it could be taken twice. Reload the page and fill it in again.",
    ),
    "sync.moment": (
        "这一项的时间看不懂，没有收下。核对手机的日期和时间后再传。",
        "The time of this item cannot be read. Check the phone's date and time, then send it again.",
    ),
    "sync.too_old": (
        "手机里的内容最多存 {days} 天，这一项过期了。情况还在的，请重新上报。",
        "What waits on a phone is taken for {days} days, and this is older. Report it anew if it still holds.",
    ),
    "sync.no_photo": (
        "照片没有传到。再传一次；手机里删掉了的，重新拍。",
        "The photo did not arrive. Send it again; if it is gone from the phone, take another one.",
    ),
    "sync.waits": (
        "它所属的上报还没有收下，先处理那一项。",
        "The report it belongs to has not been taken yet; see to that one first.",
    ),
    "sync.not_on_the_ground": (
        "这一步要在电脑上办，手机上不能办。",
        "This step is taken at a desk, not on a phone.",
    ),
}
