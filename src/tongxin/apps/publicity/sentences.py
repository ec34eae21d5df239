"""What a refusal of this app says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    "brand.no_color": (
        "“{color}”不是颜色。请写成 #1f4f7b 这样的六位十六进制。",
        "“{color}” is no color. Write six hexadecimal digits, such as #1f4f7b.",
    ),
    "brand.pale": (
        "{color} 上的白字对比度只有 {ratio}，至少要 {least}。请换深一些的颜色。",
        "White letters on {color} have a contrast of {ratio}; at least {least} is needed. Take a darker color.",
    ),
    "notice.empty": ("请填写通知的标题和正文。", "A notice needs a title and a text."),
    "notice.too_long": (
        "最多 {limit} 字，现在 {found} 字。请写短些。",
        "At most {limit} characters; there are {found}. Say it shorter.",
    ),
    "notice.period": (
        "结束时间要晚于开始时间（{start}）。请改结束时间。",
        "The end must come after the start ({start}). Change the end.",
    ),
    "notice.too_lasting": (
        "一条通知最多显示 {days} 天。请改结束时间，到期可以再发。",
        "A notice stands for at most {days} days. Change the end; it can be posted again then.",
    ),
    "notice.not_posted": (
        "没有这条通知，可能已经删除。请回到通知列表。",
        "There is no such notice. Go back to the list.",
    ),
    "publication.empty": (
        "请写出公开的文字，或选“不公开”。",
        "Write the words to be shown, or choose not to show any.",
    ),
    "publication.too_long": (
        "公开的文字最多 {limit} 字，现在 {found} 字。请写短些。",
        "At most {limit} characters are shown; there are {found}. Say it shorter.",
    ),
    "publication.sealed": (
        "{number} 是保密件或纠纷，内容一律不公开。",
        "{number} is sealed, or a dispute; nothing of these is ever shown in public.",
    ),
}
