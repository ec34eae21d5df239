"""What a refusal of this app says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    # the ledger
    "device.missing": (
        "没有编码为“{device}”的设备，或不归您管。请核对编码，或先在设备台账登记。",
        "There is no device “{device}” that you may speak for. Check its code, or enter it in the ledger first.",
    ),
    "device.retired": (
        "设备 {device} 已停用，不再收数，也不能改。要重新启用请用新编码登记。",
        "The device {device} is retired. Enter it anew under another code.",
    ),
    "device.code": (
        "设备编码“{code}”不对：3 至 40 个字母、数字、点、横线或下划线。",
        "The code “{code}” will not do: 3 to 40 letters, digits, dots, dashes or underscores.",
    ),
    "device.kind": ("没有“{kind}”这类设备。可用：{allowed}。", "There is no kind “{kind}”. Use: {allowed}."),
    "device.owner": (
        "设备 {code} 的权属单位不存在或已关闭。请先在单位里设立。",
        "The owner of {code} is no open unit. Open the unit first.",
    ),
    "device.place": (
        "请写明安装位置，最多 {limit} 字；型号最多 60 字。",
        "Say where it stands, {limit} characters at most, its model 60 at most.",
    ),
    "device.heartbeat": (
        "心跳间隔应为 1 至 {most} 分钟。",
        "A heartbeat comes every 1 to {most} minutes.",
    ),
    "device.upkeep": ("请选择做了什么和由哪个单位做的。", "Choose what was done and by which unit."),
    "device.limit_unknown": (
        "阈值里没有 {field} 这一项。可用：{allowed}。",
        "There is no limit {field}. Use: {allowed}.",
    ),
    "device.limit_value": (
        "阈值 {field} 应为数字，收到的是 {found}。",
        "The limit {field} must be a number, not {found}.",
    ),
    "device.limit_band": (
        "报警值 {raise_at} 和解除值 {clear_at} 不成一对：要错开，方向也要与这类设备一致。",
        "Raised at {raise_at} and cleared at {clear_at} are no pair: keep them apart, the way they are for its kind.",
    ),
    "device.limit_count": (
        "“{of} 次里有 {need} 次”不成立：1 ≤ 次数 ≤ 总次数 ≤ {most}。",
        "“{need} of {of}” will not do: 1 ≤ need ≤ of ≤ {most}.",
    ),
    "device.limit_span": (
        "过时分钟最多一天，持续秒数不能比它长，静默分钟最多七天。",
        "Stale minutes are a day at most, seconds no longer than these, quiet minutes seven days at most.",
    ),
    # what comes in
    "reading.seq": ("序号 {seq} 超出范围（0 至 2⁵³）。", "The number {seq} is out of range (0 to 2⁵³)."),
    "reading.in_future": (
        "时刻 {at} 比现在晚 5 分钟以上。请校准设备的时钟。",
        "The moment {at} is more than five minutes ahead. Set the device's clock.",
    ),
    "reading.too_old": (
        "时刻 {at} 早于 {days} 天前，这里只保留 {days} 天的读数。",
        "The moment {at} is over {days} days ago; readings are kept for {days} days.",
    ),
    "reading.no_mark": (
        "请带上时刻 at 或序号 seq，否则分不清是不是重发的。",
        "Send “at” or “seq”: without either nobody knows it from a repetition.",
    ),
    "reading.no_values": (
        "设备 {device} 的类别不收数值。摄像类点位请用图像事件。",
        "The kind of {device} sends no values. Cameras send image events.",
    ),
    "reading.range": (
        "读数 {value} 超出这类设备的量程（{lowest} 至 {highest}）。请检查单位。",
        "The value {value} is outside the range of this kind ({lowest} to {highest}). Check its unit of measure.",
    ),
    "sighting.not_seen": (
        "设备 {device} 的类别不报“{what}”。请核对类别。",
        "The kind of {device} does not tell of “{what}”. Check its kind.",
    ),
}
