"""What a refusal of this app says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    # where somebody wants to be told
    "subscription.of_one": (
        "通知要么跟着一件事项，要么跟着一个工作人员，请只填一个。",
        "Notices follow one matter or one member of staff: name one of them.",
    ),
    "subscription.not_own": (
        "只能为自己报的事项或自己设通知。请用回执链接打开，或用自己的账号登录。",
        "Notices are asked for one's own matter or oneself: open the receipt's link, or sign in.",
    ),
    "subscription.medium": (
        "不能用“{medium}”通知。可选：{media}。",
        "There is no way of telling called {medium}; there are {media}.",
    ),
    "subscription.phone": (
        "手机号应为 11 位，以 1 开头。请改正后再试。",
        "A mobile number has 11 digits and begins with 1. Please correct it.",
    ),
    "subscription.mail": (
        "邮箱地址不完整，应像 name@example.com。请改正后再试。",
        "The e-mail address is not complete; it looks like name@example.com.",
    ),
    "subscription.push": (
        "浏览器给的推送地址读不懂。请重新打开通知开关再试。",
        "The browser's push address cannot be read. Switch notices off and on again.",
    ),
    "subscription.too_many": (
        "最多设 {most} 个通知地址。请先删掉不用的。",
        "At most {most} addresses: remove one that is not used.",
    ),
    "subscription.missing": ("没有这个通知地址，可能已经删掉了。", "There is no such address; it may be gone already."),
    # showing to be the reporter
    "proof.no_way": (
        "没有留下可以收验证码的手机或邮箱。请用上报时的手机打开，或拨 12345。",
        "No telephone or mailbox was left that a code could be sent to. Open it on the phone you reported with, or "
        "call 12345.",
    ),
    "proof.too_many": (
        "验证码要得太频繁，{until} 以后才能再要。急事请拨 12345。",
        "Too many codes were asked for. Another one is sent after {until}; if it is urgent, call 12345.",
    ),
    "proof.six_digits": (
        "验证码是 6 位数字。请照短信或邮件里的填写。",
        "The code has six digits. Enter it as it was sent.",
    ),
    "proof.wrong": (
        "验证码不对，还可以试 {left} 次。请核对后再填。",
        "That is not the code. {left} tries are left.",
    ),
    "proof.over": (
        "验证码已经失效：过了 10 分钟、用过了，或试错太多。请重新获取。",
        "That code is over: ten minutes have passed, it was used, or tried too often. Ask for another one.",
    ),
    "proof.by_code": (
        "这件事项要用验证码打开。请点“发验证码”。",
        "This matter is opened by a code. Ask for one to be sent.",
    ),
    # notices
    "notice.missing": ("没有这条通知。请回到通知列表。", "There is no such notice. Go back to the list."),
    "notice.gone": (
        "这件事项已不在您的查看范围内。通知仍算已读。",
        "This matter is no longer yours to see. The notice counts as read.",
    ),
    "notice.no_person": (
        "通知属于工作人员。请用自己的账号登录。",
        "Notices belong to members of staff: sign in with your own account.",
    ),
    "choice.unknown": (
        "没有“{group}”这一类通知，或没有这种方式。请从表里选。",
        "There is no such group or way of telling: {group}. Choose from the table.",
    ),
    # words
    "wording.unknown": ("没有这种通知。请从表里选。", "There is no such notice. Choose from the table."),
    "wording.empty": (
        "通知要有内容。请填写，或恢复原文。",
        "A notice says something: write it, or bring the usual back.",
    ),
    "wording.braces": (
        "花括号里只写名称，成对使用；可用的名称列在下面。",
        "Braces hold a name and come in pairs; the names are listed below.",
    ),
    "wording.unknown_name": (
        "这里不能用 {name}。可用：{names}。",
        "{name} cannot be said here; these can: {names}.",
    ),
    "wording.too_long": (
        "太长：填好后 {length} 字，最多 {most} 字（不含链接）。请缩短。",
        "Too long: {length} characters when filled in, {most} at most (without the link). Shorten it.",
    ),
    # robots of groups
    "robot.medium": (
        "群机器人只有企业微信和钉钉两种。请选一种。",
        "Robots are those of WeCom and DingTalk: choose one.",
    ),
    "robot.host": (
        "这不是群机器人的地址，应在 {hosts} 之下。请从群设置里复制。",
        "This is no robot's address; it lies at {hosts}. Copy it from the group's settings.",
    ),
    "robot.missing": ("没有这个群机器人，可能已经移走了。", "There is no such robot; it may be gone already."),
    # webhooks
    "destination.invalid": (
        "地址不完整或含有用户名、空格等。请写成 https://主机/路径。",
        "The address is not complete, or holds a user name or blanks. Write https://host/path.",
    ),
    "destination.not_https": (
        "推送只发往 https 地址。请换成 https。",
        "News is sent to https addresses only. Use https.",
    ),
    "destination.private": (
        "推送不发往内网或本机地址。请用公网可达的地址。",
        "News is not sent to addresses within a house. Use one that the public net reaches.",
    ),
    "webhook.unnamed": ("请给推送地址起个名字。", "Give the endpoint a name."),
    "webhook.no_kinds": (
        "请选要推送的内容，最多 {most} 种。",
        "Choose what is sent, {most} kinds at most.",
    ),
    "webhook.unknown_kind": (
        "没有“{kind}”这种内容。可用的见接口文档。",
        "There is no kind called {kind}. See the API's description.",
    ),
    "webhook.too_many": (
        "一个人最多设 {most} 个推送地址。请先删掉不用的。",
        "One person has {most} endpoints at most: remove one that is not used.",
    ),
    "webhook.not_own": (
        "只能为自己设推送地址；为别人设请找系统管理员。",
        "Endpoints are opened for oneself; for others the system administrator does it.",
    ),
    "webhook.missing": ("没有这个推送地址，可能已经删掉了。", "There is no such endpoint; it may be gone already."),
    "webhook.off": (
        "这个推送地址已停用，请先启用再重发。",
        "This endpoint is switched off: switch it on before sending again.",
    ),
    "webhook.replay_what": (
        "请选要重发哪几条，或给出起止时刻（起早于止）。",
        "Say which events to send again, or from when to when.",
    ),
}
