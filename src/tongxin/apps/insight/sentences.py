"""What a refusal of this app says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    "reverse.out_of_range": (
        "这一项要在 {least} 到 {most} 之间，请改后再存。",
        "This must lie between {least} and {most}; please change it.",
    ),
    "reverse.not_yours": (
        "“{act}”由事项所在网格（说明）或街道以上督查、考核、值班长（复核）办理，您的岗位不在其中。",
        "“{act}” is for the grid where it lies (explaining), or its supervisors, assessors and chiefs (judging).",
    ),
    "reverse.decided": (
        "这一件已有结论（{standing}），不再更改。有异议请向考核部门书面提出。",
        "This one is decided ({standing}) and stays so. Please put objections to the assessors in writing.",
    ),
    "reverse.no_text": ("请写明理由，再办理“{act}”。", "Please say why before “{act}”."),
    "reverse.too_long": (
        "最多 {limit} 字，现有 {found} 字，请删减。",
        "At most {limit} characters; there are {found}.",
    ),
    "reverse.own_word": (
        "这一件是您说明的，请由别人复核。",
        "You explained this one; somebody else must judge it.",
    ),
    "reverse.grid_not_heard": (
        "网格可说明到 {until}，在此之前不认定。网格先说明了即可复核。",
        "The grid may explain until {until}; it is not judged before, unless the grid has spoken.",
    ),
    "reverse.no_act": ("请选择说明、认定或不计。", "Please explain, confirm or excuse."),
    "reverse.no_number": ("请填整数。", "Please fill in whole numbers."),
    "reverse.no_excuse": ("请选择不计的原因。", "Please choose why it does not count."),
    "reverse.span": (
        "从 {since} 到 {until} 不能比对：起始日不能晚于今天或截止日，一次最多 {most} 天。",
        "{since} to {until} cannot be compared: begin no later than today or the last day, {most} days at most.",
    ),
    "reverse.no_day": ("请填起止日期。", "Please fill in both days."),
    "reverse.no_rule": (
        "还没有设定比对范围。请先设定哪些事项巡查看得到。",
        "There is no reach yet. Please say first which kinds of matters a patrol sees.",
    ),
    "reverse.under_way": (
        "正在比对另一段日子。请等它完成再试。",
        "Other days are being compared. Please try again when that is done.",
    ),
    "reverse.missing": (
        "没有这一件比对，或不在您的范围内。",
        "There is no such comparison, or it is outside your area.",
    ),
}
