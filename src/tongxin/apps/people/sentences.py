"""What a refusal of this app says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    # permission and keys
    "permission.denied": (
        "您的岗位不能办理“{permission}”。需要时请联系本单位负责人。",
        "Your post does not permit “{permission}”.",
    ),
    "key.unknown": (
        "接口密钥无效、已停用或已过期。请向安全管理员申请新密钥。",
        "The API key is unknown, revoked or expired.",
    ),
    "key.missing": ("没有这个接口密钥。", "There is no such API key."),
    "key.narrowed": ("这个接口密钥不含“{act}”权限。", "This API key does not cover “{act}”."),
    "key.days": ("有效期应在 1 至 1095 天之间，填的是 {days}。", "A key may live 1 to 1095 days, not {days}."),
    # posts that change hands, rosters
    "stand_in.period": (
        "代班至少一天：结束日是不再代班的第一天，要晚于开始日。",
        "The last day must come after the first.",
    ),
    "stand_in.past": (
        "代班不能从过去开始。请从 {today} 或以后起。",
        "Standing in cannot begin in the past. Let it begin on {today} or later.",
    ),
    "stand_in.too_long": (
        "一次代班最多 {most} 天。更长时间请任命接任人并移交事项。",
        "Somebody may stand in for {most} days at most. For longer, appoint a successor and hand over the matters.",
    ),
    "stand_in.passed_on": (
        "代来的岗位不能再转给别人代。请由原任岗人另行安排。",
        "A post that is only stood in for cannot be lent on. Ask its holder to arrange somebody else.",
    ),
    "stand_in.not_held": (
        "这个岗位并非整段时间都有人任职（{end}），代班只能在任职期内。请缩短代班时间。",
        "The post is not held all that time ({end}). Shorten the period.",
    ),
    "stand_in.oneself": (
        "不能让自己代班：任岗人不能代自己，安排的人也不能指定自己。请另选一人，或请安全管理员安排。",
        "Nobody stands in for themselves, nor names themselves. Choose somebody else or ask the security "
        "administrator.",
    ),
    "stand_in.taken": (
        "这段时间已有人代这个岗位。请先结束那次代班，或换一段时间。",
        "Somebody stands in for this post at that time already. End that first, or choose another time.",
    ),
    "stand_in.stranger": (
        "代班人须在整段时间内任本单位或上级指挥线上的岗位。请从列出的人选中选。",
        "Who stands in must hold a post of the same unit, or above it, all that time. Choose one of those listed.",
    ),
    "stand_in.two_administrators": (
        "三员分立：系统、安全、审计管理员不能由同一个人兼代。请另选一人。",
        "System, security and audit administration are kept apart and cannot meet in one person. Choose somebody else.",
    ),
    "stand_in.none": ("这个岗位不是代班。", "Nobody stands in by this post."),
    "stand_in.over": ("这次代班已于 {end} 结束。", "That ended on {end} already."),
    "roster.week": (
        "只能排本周和以后 {weeks} 周内的值班，从星期一起。",
        "A roster is written for this week and the next {weeks}, from a Monday on.",
    ),
    "roster.day": ("{day} 不在这一周。", "{day} does not lie in this week."),
    "roster.not_held": (
        "{day} 有一个岗位当天不在任，不能排班。请重新打开值班表再排。",
        "A post put down for {day} is not held that day. Open the roster again.",
    ),
    "roster.changed": (
        "值班表刚被别人发布过。请看过最新的再发布。",
        "Somebody has just published this week. Look at it again before you publish.",
    ),
    # units, posts, people
    "unit.missing": ("没有这个单位。", "There is no such unit."),
    "unit.kind": ("没有“{kind}”这种单位。", "There is no kind of unit “{kind}”."),
    "unit.unnamed": ("请填写单位编码和名称。", "Give the unit a code and a name."),
    "unit.code_taken": ("单位编码 {unit} 已被使用。", "The unit code {unit} is taken."),
    "post.last_named": (
        "这是本指挥室最后一个可看“{seals}”类保密件的值班长，取消后这类事项无人可办。请先指定另一个值班长。",
        "This is the room's last duty chief named for {seals}; nobody could take such matters. Name another one first.",
    ),
    "post.not_named": (
        "“{role}”不能指定查看保密件：网格与经办岗位只看自己办的。请指定指挥室、督查或调解岗位。",
        "“{role}” cannot be named for sealed matters. Name a post of a command room, of oversight, or a mediator.",
    ),
    "post.missing": ("没有这个岗位。", "There is no such post."),
    "post.role": ("没有“{role}”这种岗位。", "There is no role “{role}”."),
    "post.held_already": ("这个人已在任这个岗位。", "The person holds this very post already."),
    "post.ends_before_start": ("离任日要晚于任职日 {start}。", "A post must end after it starts on {start}."),
    "person.missing": ("没有这个人员。", "There is no such member of staff."),
    "person.unnamed": ("请填写姓名。", "Give a name."),
    "account.taken": ("登录名 {username} 已被使用。", "The user name {username} is taken."),
    # the calendar
    "calendar.no_source": ("请填写文件依据，例如“国办发明电〔2026〕7 号”。", "Name the notice this day rests on."),
    "calendar.no_override": ("{day} 没有单独设置。", "{day} has no setting of its own."),
    "calendar.too_short": (
        "日期 {day} 不在工作日历范围内（{first} 至 {last}）。请核对日期，或由管理员补充日历。",
        "{day} is outside the working calendar ({first} to {last}). Check the date, or extend the calendar.",
    ),
}
