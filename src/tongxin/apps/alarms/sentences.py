"""What a refusal of this app says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    # the envelope
    "police.forged": (
        "签名不对，没有接收。请核对对接编码和密钥；密钥刚换过的，旧的只再用一天。",
        "The signature is not this partner's. Check the code and its secret; after a change the old one lasts a day.",
    ),
    "police.late": (
        "时间戳与现在相差超过 5 分钟，没有接收。请校准发送端的时钟。",
        "The time stamp is more than five minutes off. Set the sender's clock.",
    ),
    "police.too_large": ("消息最大 {limit_kb} KB。", "A message has {limit_kb} KB at most."),
    # the alarm
    "alarm.missing": (
        "没有这起警情，或不在您的权限内。请核对警情编号。",
        "There is no such alarm, or it is not yours to see. Check its number.",
    ),
    "alarm.elsewhere": (
        "地点不在这个对接方的辖区内，没有接收。请推送给当地的平台。",
        "The place is outside this partner's ground. Hand it over to the platform there.",
    ),
    "alarm.ended": (
        "这起警情已经办结，不用再答复。要重新办理，请在事项里重开。",
        "This incident is over. To go on with it, reopen the matter.",
    ),
    "alarm.done_before": ("这一步已经记过（{answering}）。", "This was noted before ({answering})."),
    "alarm.not_yours": (
        "这一步由镇街四平台来记（{answering}）。",
        "This is for the desk of the town to note ({answering}).",
    ),
    "alarm.not_theirs": (
        "四平台的推送由镇街确认和反馈，公安只答复推送给派出所的两路。",
        "The town answers its own push; the police answer the two that went to stations.",
    ),
    "alarm.no_push": (
        "没有这一路推送，或不是推送给您单位的。请刷新页面。",
        "There is no such push, or it did not go to your unit. Load the page again.",
    ),
    "alarm.not_your_unit": (
        "这一路推送给了别的单位，由那个单位答复。",
        "This push went to another unit, which answers it.",
    ),
    "alarm.no_result": ("请选反馈结果。", "Choose what came of it."),
    "alarm.no_telling": (
        "没有这条回告，或它不用重发。",
        "There is no such message to the police, or it need not be sent again.",
    ),
    "partner.accepted": (
        "事项已受理，原文不能再改。更正的话会作为补充记入。",
        "The matter is accepted, so its words stand. What is corrected is added to them.",
    ),
    # the ledger
    "alarm.partner_code": (
        "编码只能用字母、数字、- 和 _，最多 40 位。",
        "A code has letters, digits, - and _, 40 at most.",
    ),
    "alarm.partner_taken": (
        "编码 {partner} 已经有对接方在用，请换一个。",
        "The code {partner} is taken. Choose another one.",
    ),
    "alarm.partner_unnamed": ("请写名称，最多 {most} 字。", "Give it a name of {most} characters at most."),
    "alarm.partner_missing": (
        "没有这个对接方，或已停用。",
        "There is no such partner, or it is switched off.",
    ),
}
