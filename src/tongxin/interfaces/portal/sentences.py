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
    "portal.no_area": (
        "没有 {area} 这个区划，或它太小，不单独公布。请从上一级点进去。",
        "There is no area {area}, or it is too small to be told of by itself. Start one level above.",
    ),
    "portal.photo": (
        "照片“{name}”不能接收（{why}）。请换一张。",
        "The photo “{name}” cannot be taken ({why}). Choose another.",
    ),
    "portal.too_many_photos": (
        "最多 {most} 张照片，选了 {found} 张。请去掉几张再交，文字还在。",
        "At most {most} photos; {found} were chosen. Leave some out; what you wrote is still here.",
    ),
    "portal.not_a_photo": (
        "这不是照片。请拍一张，或从相册里选 JPEG、PNG 照片。",
        "This is no photo. Take one, or choose a JPEG or PNG.",
    ),
    "report.no_place": (
        "还不知道在哪里。点“我的位置”，在地图上选，或写上地址。",
        "It is not known where this is. Use your position, pick on the map, or write the address.",
    ),
    "portal.no_service": (
        "没有这项服务，可能已经调整。请回首页看看，或打 12345。",
        "There is no such service any more. Look at the home page, or call 12345.",
    ),
}
