"""Sentences for those who reported: their links, what they add, what they join."""

REFUSALS: dict[str, tuple[str, str]] = {
    "receipt.missing": (
        "这个链接打不开：可能抄错了，或者已经换过新链接。请用编号和手机号后四位查，或拨 12345。",
        "This link opens nothing: it is mistyped, or was replaced by a new one. Look the matter up by its number and "
        "the last four digits of the telephone, or call 12345.",
    ),
    "receipt.no_match": (
        "编号和手机号后四位对不上。请核对编号；没有留过手机号的，请用上报时的手机打开，或拨 12345。",
        "The number and the four digits do not belong together. Check the number; if you left no telephone, open it on "
        "the phone you reported with, or call 12345.",
    ),
    "receipt.four_digits": (
        "请填上报时留的手机号的后四位，只填数字。",
        "Enter the last four digits of the telephone you left, digits only.",
    ),
    "receipt.guessed_too_often": (
        "后四位填错的次数太多，为保护报事人，{until} 以后才能再试。急事请拨 12345。",
        "The digits were wrong too often. Try again after {until}, or call 12345.",
    ),
    "receipt.not_yours": (
        "这一步要先证明是您报的：请填留的手机号后四位，或用上报时的手机打开。",
        "Show first that you reported it: enter the last four digits of the telephone you left, or open it on the "
        "phone you reported with.",
    ),
    "resident.no_text": ("请写几个字再提交。", "Write a few words first."),
    "resident.ended": (
        "事项{state}，不能再补充。有新情况请重新上报；对结果不满意可以评价或申诉。",
        "The matter is in “{state}”, nothing can be added. Report what is new; rate or appeal if the result is wrong.",
    ),
    "resident.enough": (
        "这件事已经补充了 {most} 次，够多了。急事请拨 12345。",
        "This matter has been added to {most} times already. If it is urgent, call 12345.",
    ),
    "resident.photos": (
        "您已经传了 {most} 张照片，不能再传。请用文字说明。",
        "You have added {most} photos, which is all there is room for. Describe it in words.",
    ),
    "resident.urged_today": (
        "今天已经催过一次，明天可以再催。",
        "You have urged it today; you can do so again tomorrow.",
    ),
    "resident.wished": (
        "您已经说过不用办了，承办单位看得到。",
        "You have said already that it need not be handled; the unit can see it.",
    ),
    "resident.phone": (
        "电话号码看着不对。请填 5 到 15 位数字，例如 13800001111。",
        "This does not look like a telephone number. Enter 5 to 15 digits, for example 13800001111.",
    ),
    "join.missing": (
        "没有可以一起办的这件事。请直接上报。",
        "There is no such matter to join. Report what you met.",
    ),
    "join.ended": (
        "那件事{state}，不能再加入。如果还有，请重新上报。",
        "That matter is in “{state}” and cannot be joined. If it is still there, report it.",
    ),
}
