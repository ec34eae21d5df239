"""Sentences about matters as they come in, stand in lists and change hands, and about their evidence."""

REFUSALS: dict[str, tuple[str, str]] = {
    "post.keeps_matters": (
        "这个岗位还经办着 {matters} 件未办结的事项，不能直接离任。请先移交给本单位的接任岗位。",
        "{matters} open matters are still kept by this post. Hand them over to another post of the unit first.",
    ),
    "hand_over.successor": (
        "只能移交给本单位此刻在任的另一个承办岗位。请从列出的岗位中选。",
        "Matters go to another handling post of the unit that is held now. Choose one of those listed.",
    ),
    "hand_over.keeps_nothing": (
        "只有承办岗位经办事项，这个岗位没有可移交的。可直接离任。",
        "Only handling posts keep matters; there is nothing to hand over. The post can simply end.",
    ),
    "unseal.reason": (
        "请写明为什么要紧急查看，至少 {least} 个字（现在 {found} 个）。当事人会看到这段理由。",
        "Say in at least {least} characters why it must be opened ({found} so far). The person concerned will read it.",
    ),
    "unseal.too_many": (
        "每个岗位一天最多紧急查看 {most} 件，今天已满。请联系被指定查看的值班长，或请安全管理员指定。",
        "A post may open {most} sealed matters a day, and that many were opened. Ask a chief who is named for them.",
    ),
    "unseal.not_needed": (
        "这件事项本来就在您的查看范围内，不用紧急查看。请直接打开。",
        "You may read this matter anyway. Simply open it.",
    ),
    "unseal.missing": ("没有这次紧急查看。", "Nothing was opened under this number."),
    "unseal.only_reads": (
        "紧急查看只能看，不能查看联系方式，也不能办理。请联系被指定查看的值班长。",
        "What was opened this way may be read, not acted on, and its contact stays masked. Ask a chief who is named.",
    ),
    "readers.not_yours": (
        "谁看过只给反映人本人和审计管理员看。",
        "Who looked is for the reporter and the audit administrator to read.",
    ),
    "take_up.not_yours": (
        "只有承办单位的经办岗位能接手。请联系承办单位。",
        "Only a handling post of the unit that has the matter can go on with it.",
    ),
    "take_up.kept": (
        "这件事项已有人经办，或不在处置中，不用接手。请刷新后再看。",
        "Somebody keeps this matter already, or it is not being handled. Reload and look again.",
    ),
    "matter.missing": (
        "没有这个事项，或不在您的职责范围内。请核对编号。",
        "There is no such matter, or it is not within your duty.",
    ),
    "matter.changed": (
        "事项刚被别人改过。您写的内容还在，请看过最新情况再提交。",
        "Somebody has just changed this matter. Look at it again before you go on.",
    ),
    "template.unknown": ("没有“{template}”这个事项模板。请从 133 个模板中选择。", "There is no template “{template}”."),
    "report.no_text": ("请写明发生了什么。", "Say what happened."),
    "report.too_long": (
        "{field} 最多 {limit} 个字符，现在是 {found} 个。请精简或作为附件上传。",
        "{field} may hold {limit} characters, not {found}.",
    ),
    "report.nul": (
        "{field} 里有不能保存的控制字符，请删去后再试。",
        "{field} holds a control character that cannot be kept.",
    ),
    "report.in_future": (
        "上报时间 {at} 晚于现在。请核对设备时间。",
        "The report's time {at} is in the future. Check the device's clock.",
    ),
    "report.too_many": (
        "一次最多上报 {limit} 件，现在是 {found} 件。请分批提交。",
        "At most {limit} reports at once, not {found}.",
    ),
    "form.invalid": (
        "{template} 的表单有几项不符合要求：{fields}。",
        "Some answers do not fit the form of {template}: {fields}.",
    ),
    "form.not_object": ("表单应是“字段: 值”的对象。", "The form must be an object of fields and values."),
    "point.half": ("经度和纬度要一起填。", "Give both longitude and latitude."),
    "point.outside": (
        "坐标 {lon}, {lat} 不在本市任何网格内，附近也没有网格。请核对位置和坐标系。",
        "{lon}, {lat} lies in no grid of this city, nor near one. Check the place and its datum.",
    ),
    "place.missing": ("请在地图上选点，或填写所在区域。", "Pick a point on the map, or give the area."),
    "routing.nobody": (
        "区域 {area} 上下都没有可以承办的单位。请系统管理员补建指挥室。",
        "No unit stands at or above area {area}.",
    ),
    "cursor.invalid": ("翻页位置无效，请从第一页开始。", "That page position is not valid. Start from the first page."),
    "evidence.matter_closed": ("事项已办结，不能再加证据。", "The matter is closed; no evidence can be added."),
    "evidence.too_many": ("一个事项最多 {most} 个附件。", "A matter can carry {most} files at most."),
    "unmask.no_reason": (
        "请说明为什么要查看。本人查得到这条记录。",
        "Say why you need it. The person concerned can read this.",
    ),
    "list.no_name": ("给列表起个名字，例如“本周逾期”。", "Give the list a name, such as “Overdue this week”."),
    "list.name_taken": (
        "您已有一个列表叫“{name}”，请换个名字。",
        "You keep a list called “{name}” already. Choose another name.",
    ),
    "list.too_many": (
        "每人最多保存 {most} 个列表，请先删去不用的。",
        "A person keeps at most {most} lists. Delete one you do not need first.",
    ),
    "list.too_long": (
        "筛选条件太长，保存不了，请去掉几个条件。",
        "These filters are too long to keep. Take some of them off.",
    ),
    "text.no_title": ("给它起个标题，用的人按标题挑选。", "Give it a title: people choose by it."),
    "text.empty": ("正文还空着，请写上要插入的话。", "The text is empty. Write what is to be inserted."),
    "text.no_act": (
        "适用的办理动作或状态不存在，请重新选择。",
        "There is no such act or state. Choose it again.",
    ),
    "text.missing": (
        "这条常用语或宏已删除，或不属于这个单位。",
        "This text or macro is gone, or belongs to another unit.",
    ),
    "list.missing": ("这个列表已删除，或不是您的。", "This list is gone, or it is not yours."),
}
