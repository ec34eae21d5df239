"""Sentences about the city's rules: templates, proposals and what a check finds in them."""

REFUSALS: dict[str, tuple[str, str]] = {
    "template.invalid": ("模板 {template} 有一项不对：{what}。", "Template {template} is not right: {what}."),
    "routing.invalid": ("派单规则 {rule} 有一项不对：{what}。", "Routing rule {rule} is not right: {what}."),
    "catalog.stands": (
        "本市已有规则，不能直接载入。请写成规则草案，检查、试运行后发布。",
        "This city has rules already. Write a proposal: it is checked, rehearsed and published.",
    ),
    "catalog.unreadable": ("读不了 {file}：应是 UTF-8 的 JSON 文件。", "Cannot read {file}: it must be JSON in UTF-8."),
    # settings
    "rulebook.unknown": ("没有“{field}”这项设置。", "There is no setting “{field}”."),
    "rulebook.no_limit": (
        "{field}：“{found}”不是时限。写法如 30wm、4wh、3wd、24h、60d。",
        "{field}: “{found}” is no limit. Write 30wm, 4wh, 3wd, 24h or 60d.",
    ),
    "rulebook.out_of_bounds": (
        "{field} 应为 {low} 至 {high} 的整数。",
        "{field} takes a whole number from {low} to {high}.",
    ),
    "rulebook.no_bool": ("{field} 只能是“是”或“否”。", "{field} is either true or false."),
    "rulebook.no_list": ("{field} 至少要选一项。", "{field} needs one choice at least."),
    # proposals
    "proposal.moved": (
        "草案刚被别人改过。请刷新后再改，您写的内容不会自动保存。",
        "Somebody has changed this draft since you read it: read it again.",
    ),
    "proposal.wanted": ("试运行的事项数应在 1 至 {most} 之间。", "A dry run looks at 1 to {most} matters."),
    "proposal.missing": ("没有第 {proposal} 号规则草案。", "There is no proposal {proposal}."),
    "proposal.no_title": ("请写明这次改什么，最多 {limit} 字。", "Say what is changed, in {limit} characters at most."),
    "proposal.no_object": ("草案应是一个 JSON 对象。", "A draft must be a JSON object."),
    "proposal.unknown_part": (
        "草案的“{part}”一项不对：只能有 templates、routing、book 三项。",
        "“{part}” is not right: a draft holds templates, routing and book only.",
    ),
    "proposal.too_large": ("草案太大，上限 {limit} KB。", "The draft is too large; the limit is {limit} KB."),
    "proposal.wrong_state": (
        "这份草案“{state}”，不能“{act}”。",
        "The proposal is “{state}”: “{act}” is not possible.",
    ),
    "proposal.empty": (
        "草案里还没有改动。先改模板、派单规则或时限。",
        "Nothing is changed yet: change a template, a rule or a limit first.",
    ),
    "proposal.fatal": (
        "检查发现 {count} 处必须先改正的问题，改正后再检查一次。",
        "The check found {count} faults that must be mended first; then check again.",
    ),
    "proposal.rehearsing": (
        "正在试运行。先等它完成，或停止试运行。",
        "A dry run is under way: wait for it, or stop it.",
    ),
    "proposal.not_rehearsing": ("现在没有在试运行。", "No dry run is under way."),
    "proposal.behind": (
        "草案写好以后，规则又有变动：{changed}。请先对齐现行规则，再检查、试运行。",
        "The rules have changed since this was drafted: {changed}. Bring it up to date, then check and rehearse again.",
    ),
    "proposal.up_to_date": ("草案依据的就是现行规则，不用对齐。", "It is drafted from the rules in force already."),
    "proposal.own_draft": (
        "起草人不能发布自己的草案，请另一位有规则权限的人发布（四眼）。",
        "Whoever drafted it does not publish it: somebody else who may edit rules must.",
    ),
    "proposal.not_ahead": ("生效时刻要晚于现在。", "The moment it takes effect must lie ahead."),
    "proposal.too_early": ("还没有到生效时刻。", "Its moment has not come."),
    # what a check finds in changed rules
    "finding.form_schema": (
        "模板 {template} 的表单不是合法的 JSON Schema：{why}",
        "The form of {template} is no valid JSON Schema: {why}",
    ),
    "finding.form_personal": (
        "模板 {template} 的表单询问个人信息：{fields}。联系方式有专门的脱敏栏，请删去。",
        "The form of {template} asks who somebody is: {fields}. Contacts have a masked field of their own; take it "
        "out.",
    ),
    "finding.duplicate_rule": (
        "派单规则 {rule} 出现 {count} 次，编码不能重复。",
        "Rule {rule} stands {count} times; a code is used once.",
    ),
    "finding.no_limit": (
        "“{clock}”时限没有“{urgency}”一档，这类事项会停在半路。",
        "Clock “{clock}” has no limit for “{urgency}”: such matters would stop half-way.",
    ),
    "finding.no_level_limit": (
        "模板 {template} 的层级 {level} 没有时限。",
        "Level {level} of {template} has no limit.",
    ),
    "finding.no_units": (
        "模板 {template} 的承办类别（{kinds}）全市都没有单位。",
        "No unit anywhere is of the kinds of {template} ({kinds}).",
    ),
    "finding.no_desk": (
        "{total} 个乡镇（街道）中有 {count} 个没有指挥室或中心受理：{places}。",
        "In {count} of {total} towns nobody accepts anything: {places}.",
    ),
    "finding.only_fallback": (
        "模板 {template} 在 {total} 处中有 {count} 处找不到承办单位，只能落到指挥室：{places}。",
        "In {count} of {total} places {template} finds no unit and falls to the command room: {places}.",
    ),
    "finding.matches_nothing": (
        "派单规则 {rule} 匹配不到任何模板或地方。",
        "Rule {rule} matches no template or place at all.",
    ),
    "finding.finds_nobody": (
        "派单规则 {rule} 要找的“{kind}”哪里都没有设立。",
        "Rule {rule} looks for “{kind}”, which stands nowhere.",
    ),
    "finding.shadowed": (
        "派单规则 {rule} 轮不到：{by} 排在前面，条件已全部覆盖，又处处有单位。",
        "Rule {rule} never speaks: {by} stand before it, match all it matches and find a unit everywhere.",
    ),
    "finding.template_halved": (
        "模板 {template} 的处置时限从 {old} 缩到 {new}，不到一半。",
        "The handling limit of {template} falls from {old} to {new}, less than half.",
    ),
    "finding.setting_halved": (
        "“{field}”从 {old} 缩到 {new}，不到一半。",
        "“{field}” falls from {old} to {new}, less than half.",
    ),
    "finding.shorter_than_sign": (
        "模板 {template} 的处置时限 {limit} 比签收时限 {sign} 还短：处置从派遣起算，可能一签收就已逾期。",
        "The handling limit of {template}, {limit}, is shorter than that of signing, {sign}: handling runs from "
        "dispatch.",
    ),
    "finding.extra_longer": (
        "模板 {template} 的“{name}”时限 {extra} 比处置时限 {limit} 还长。",
        "In {template}, “{name}” ({extra}) is longer than the handling limit ({limit}).",
    ),
    "finding.levels_disordered": (
        "上一级 {above} 的时限比下一级 {below} 还短。",
        "Level {above} is given less time than level {below} below it.",
    ),
    "suggester.too_few": (
        "可供学习的事项只有 {found} 件，至少要 {wanted} 件：先用模板关键词给出建议，事项多了再训练。",
        "Only {found} matters to learn from, {wanted} at least are needed: until then suggestions come from keywords.",
    ),
}
