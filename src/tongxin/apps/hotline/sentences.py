"""What a refusal of this app says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    # the switchboard
    "cti.forged": (
        "签名不对，没有接收。请核对线路和密钥；密钥刚换过的，旧的只再用一天。",
        "The signature is not this line's. Check the line and its secret; after a change the old one lasts a day.",
    ),
    "cti.late": (
        "时间戳与现在相差超过 5 分钟，没有接收。请校准交换机的时钟。",
        "The time stamp is more than five minutes off. Set the switchboard's clock.",
    ),
    "cti.heard_before": (
        "这条消息已经收到过，没有重复记。不用再发。",
        "This message was taken before and is not taken twice. Do not send it again.",
    ),
    "cti.too_large": ("消息最大 {limit_kb} KB。", "A message has {limit_kb} KB at most."),
    "cti.field": ("字段 {field} 缺少，或超过 {limit} 字。", "The field {field} is missing or over {limit} characters."),
    "cti.none": (
        "这个来电没有接交换机，请在话机上操作。登记不受影响。",
        "No switchboard is connected to this call: do it at the telephone. What you write is kept.",
    ),
    "cti.unreached": (
        "交换机没有回应，刚才的操作没有做成。请在话机上操作；登记不受影响。",
        "The switchboard did not answer, so it was not done. Do it at the telephone; what you write is kept.",
    ),
    "cti.declined": (
        "交换机拒绝了（{status}），刚才的操作没有做成。请在话机上操作；登记不受影响。",
        "The switchboard declined ({status}), so it was not done. Do it at the telephone; what you write is kept.",
    ),
    # lines, seats and calls
    "line.taken": ("线路编码“{line}”已经有了，请换一个。", "There is a line “{line}” already: choose another code."),
    "line.code": (
        "线路编码只用字母、数字、- 和 _，最多 40 个。",
        "A line's code has letters, digits, - and _ only, 40 at most.",
    ),
    "line.name": ("请填线路名称，最多 {limit} 字。", "Give the line a name of {limit} characters at most."),
    "line.unit": ("请选择接听的热线单位。", "Choose the hotline that answers it."),
    "line.url": (
        "接收指令的地址要以 https:// 或 http:// 开头，最多 190 字；不接收就留空。",
        "Where orders are taken begins with https:// or http://, 190 characters at most; empty if nowhere.",
    ),
    "line.missing": (
        "没有这条线路，或它不由您的单位接听。请找安全管理员。",
        "There is no such line, or your unit does not answer it. Ask the security administrator.",
    ),
    "seat.invalid": ("请填坐席号，最多 {limit} 字。", "Say which seat, in {limit} characters at most."),
    "seat.taken": (
        "坐席 {seat} 已有人。请核对坐席号，或请对方先离席。",
        "Somebody sits at {seat}. Check the number, or ask them to leave it.",
    ),
    "call.missing": (
        "没有这个来电，或它不是您接的。",
        "There is no such call, or it is not yours.",
    ),
    "call.taken": ("这个来电已有人接了。", "Somebody else has picked it up."),
    "call.over": ("来电已经挂断。写下的内容在草稿里。", "The call is over. What was written is among the drafts."),
    "call.out_of_order": (
        "这个来电现在不能有“{event}”。",
        "“{event}” cannot come to this call now.",
    ),
    "call.whom": (
        "请写明接入三方通话的单位（最多 60 字），告知内容最多 500 字。",
        "Say who joins the call (60 characters at most); what they are told, in 500 at most.",
    ),
    "call.no_master": (
        "请先打开要并入的那一件，再按“并入”。",
        "Choose the matter it is the same as, then join it.",
    ),
    "draft.too_long": (
        "草稿超过 {limit} 字，没有存上。请把长内容作为材料上传。",
        "The draft is over {limit} characters and was not kept. Attach long texts instead.",
    ),
    "draft.too_many": (
        "草稿最多 {most} 份，没有存上。请先登记或删掉几份。",
        "There are {most} drafts already, so it was not kept. Finish or drop some first.",
    ),
    # letters
    "letter.missing": (
        "没有这封来信，或它不由您的单位处理。请回到来信列表。",
        "There is no such letter, or it is not your unit's. Go back to the letters.",
    ),
    "letter.settled": (
        "这封来信刚才已经有人处理（{state}）。请看下一封。",
        "Somebody has just settled this letter ({state}). Go on to the next.",
    ),
    "letter.no_answer": (
        "请写回信内容，或勾选知识后再发。",
        "Write the answer, or tick an article, then send it.",
    ),
    "letter.no_way_back": (
        "这封来信（{way}）没有回信的通道：发信服务器或聊天通道没有设置。请登记为事项，或请系统管理员设置。",
        "No answer can go back by {way}: no mail server or chat is set up. Register it, or ask the administrator.",
    ),
    "letter.no_unit": (
        "没有处理来信的热线单位。请系统管理员设置 TONGXIN_IMAP_UNIT，或新建 12345 热线单位。",
        "No hotline unit reads letters. Set TONGXIN_IMAP_UNIT, or open a unit of the kind hotline.",
    ),
    "chat.unreadable": (
        "消息读不出来：要有消息编号、会话编号和文字内容。",
        "The message cannot be read: it needs an id, a conversation and a text.",
    ),
    # the knowledge base
    "article.missing": (
        "没有这条知识，或它还没发布。",
        "There is no such article, or it is not published.",
    ),
    "article.wrong_state": (
        "这一版是“{state}”，现在不能{act}。",
        "This version is “{state}”: it cannot be done now ({act}).",
    ),
    "article.own_writing": (
        "自己写的要由另一人审核和发布。请找值班长。",
        "Somebody else reviews and publishes what you wrote. Ask a duty chief.",
    ),
    "article.no_title": ("请写标题：来电人会怎么问。", "Write a title: what a caller would ask."),
    "article.no_body": ("请写答复：可以念给来电人听的话。", "Write the answer: words to be read out."),
    "article.no_date": ("请填生效日期，例如 2026-11-20。", "Say from which day it holds, such as 2026-11-20."),
    "article.period": ("失效日期要晚于生效日期。", "It must end after it begins."),
}
