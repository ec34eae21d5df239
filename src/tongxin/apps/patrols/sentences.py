"""What a refusal of this app says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    "patrol.missing": (
        "没有这个巡查计划或任务，或者它不在您的职责范围内。请回到列表重新选择。",
        "There is no such plan or round, or not for your post. Go back to the list and choose again.",
    ),
    "patrol.unnamed": (
        "计划和每个点位都要有名称。请补上名称再保存。",
        "A plan and each of its points need a name. Add it and save again.",
    ),
    "patrol.no_points": (
        "计划要有 1 至 {most} 个点位。请增减点位再保存。",
        "A plan has 1 to {most} points. Add or take away some and save again.",
    ),
    "patrol.radius": (
        "点位半径应在 {least} 至 {most} 米之间。请修改“{point}”的半径。",
        "The radius of a point is between {least} and {most} metres. Change the one of “{point}”.",
    ),
    "patrol.outside": (
        "点位“{point}”不在计划所属的区域内。请核对经纬度，或换一个区域。",
        "The point “{point}” does not lie in the plan's area. Check its position, or choose another area.",
    ),
    "patrol.on_day": (
        "“{rhythm}”的计划要写明是哪一天（1 至 {most}）。请补上。",
        "A {rhythm} plan says on which day (1 to {most}). Fill it in.",
    ),
    "patrol.bad_point": (
        "位置读不懂。请重新定位，或不带位置打卡。",
        "The position cannot be read. Locate again, or check in without one.",
    ),
    "patrol.unknown_tick": (
        "清单里没有这一项。请刷新页面后重试。",
        "The checklist has no such item. Load the page again.",
    ),
    "patrol.off_duty": (
        "值班表上您这时不在班，班外不记打卡。请在当班时打卡，或请排班人核对值班表。",
        "By the roster you are off duty then: nothing is recorded. Check in on your shift, or have the roster mended.",
    ),
    "patrol.not_mine": (
        "这次巡查属于别的网格或队伍。您的巡查在“今日”里。",
        "This round belongs to another grid or team. Yours are under “Today”.",
    ),
    "patrol.not_due": (
        "这个点位不在这次巡查里。请刷新今天的巡查。",
        "This point is not part of the round. Load today's rounds again.",
    ),
    "patrol.visited": (
        "这个点位已在 {at} 打过卡，不用再打。",
        "This point was checked in at {at} already; nothing more is needed.",
    ),
    "patrol.to_come": (
        "打卡时间 {at} 还没到。请核对手机的时间。",
        "The moment {at} is still to come. Check your phone's clock.",
    ),
    "patrol.long_ago": (
        "{at} 已超过 {days} 天，不能再补记。请在说明里写明情况告知网格长。",
        "{at} is more than {days} days ago and cannot be added any more. Tell the head of the grid.",
    ),
    "patrol.not_open": ("这次巡查 {opens} 开始。请到时再打卡。", "This round opens at {opens}. Check in then."),
    "patrol.over": (
        "这次巡查应在 {due} 前完成，当天已过。下一次会自动列出。",
        "This round was due by {due}, and its day is over. The next one will be listed.",
    ),
    "patrol.no_finding": (
        "请选择点位情况：正常、有问题或无法到达。",
        "Say how the point is: fine, a problem, or not reached.",
    ),
    "patrol.no_reason": (
        "无法到达要写明原因。请写一句再提交。",
        "Say why the point could not be reached, in a sentence.",
    ),
    "patrol.no_matter": (
        "写了“有问题，已上报”，请填上报后的事项编号；还没上报的，先上报。",
        "You said that a problem was reported: give the matter's number, or report it first.",
    ),
    "patrol.matter_missing": (
        "没有找到编号为 {number} 的事项，或您看不到它。请核对编号。",
        "No matter {number} was found that you may see. Check the number.",
    ),
    "patrol.hours": (
        "时间“{found}”读不懂。请写成 08:30 这样的时分。",
        "The time “{found}” cannot be read. Write hours and minutes, as in 08:30.",
    ),
    "patrol.changed": (
        "这条记录已被别人改过。请刷新后再改。",
        "Somebody changed it meanwhile. Load it again, then change it.",
    ),
    "patrol.no_team": (
        "请选择负责的队伍；它要在这个区域内设岗。",
        "Choose the team; it must stand in this area or above it.",
    ),
    "visit.place": (
        "请写明走访的地点（不超过 {most} 字），写地址或楼栋，不写人名。",
        "Name the place (at most {most} letters): an address or a building, nobody's name.",
    ),
    "visit.long": (
        "文字太长，最多 {most} 字。请写要点。",
        "The text is too long, at most {most} letters. Keep to the essentials.",
    ),
    "visit.personal": (
        "走访只记地点，不记个人。请删去电话或证件号码；要留联系方式的，上报为事项。",
        "Visits are of places. Take out telephone and identity numbers; to leave a contact, report a matter.",
    ),
    "visit.unfinished": (
        "请选择场所类型、走访目的和结果。",
        "Choose the kind of place, the purpose and what came of it.",
    ),
    "visit.unanswered": (
        "“当场答复”要写明问了什么、怎么答的。",
        "For “answered” write what was asked and what was answered.",
    ),
    "visit.no_matter": (
        "“已上报事项”要带上事项。请在走访里上报，或填事项编号。",
        "For “reported” report the matter here, or give its number.",
    ),
    "visit.next_on": (
        "下次走访应在今天之后、{days} 天之内。请改日期。",
        "The next visit is after today and within {days} days. Change the day.",
    ),
    "van.missing": ("没有这辆流动车，或者它不在您的职责范围内。", "There is no such van, or not for your post."),
    "van.unnamed": ("流动车要有名称。请补上。", "A van needs a name."),
    "van.offers": ("请至少选一项服务。", "Choose at least one service."),
    "van.stops": ("路线要有 1 至 {most} 个停靠点。", "A route has 1 to {most} stops."),
    "van.stop_unnamed": ("每个停靠点都要有名称。", "Every stop needs a name."),
    "van.stop_hours": (
        "停靠点“{stop}”的时间有误：要先到后走，并在上一站之后。请改时间。",
        "The hours of “{stop}” are wrong: it ends after it begins, and begins after the stop before.",
    ),
    "van.not_today": (
        "这辆车今天不出车。下一次出车见路线表。",
        "This van does not drive today. See its route for the next day.",
    ),
    "van.kit": ("百宝箱清单里没有“{item}”。请刷新页面后重试。", "The kit list has no “{item}”. Load the page again."),
    "van.served": ("服务件数应在 0 至 {most} 之间。", "The number served is between 0 and {most}."),
    "help.missing": (
        "没有这个求助点或求助，或者它已停用。紧急情况请拨打 110、119、120。",
        "There is no such help place or call, or it is closed. In an emergency call 110, 119 or 120.",
    ),
    "help.unnamed": ("求助点要有名称。请补上。", "A help place needs a name."),
    "help.minutes": (
        "应答时限应在 {least} 至 {most} 分钟之间。",
        "The answer is asked for within {least} to {most} minutes.",
    ),
    "help.teams": (
        "请选 1 至 {most} 支响应队伍，先呼的排在前面。",
        "Choose 1 to {most} teams, the first to be called on top.",
    ),
    "help.not_called": (
        "这次求助没有呼叫您的队伍。需要支援时会呼到您。",
        "Your team has not been called. You will be when help is needed.",
    ),
    "help.wrong_state": (
        "这次求助现在是“{standing}”，不能再“{move}”。请刷新页面。",
        "The call is “{standing}” now: “{move}” cannot be done any more. Load the page again.",
    ),
    "help.no_ending": ("请选择求助如何结束。", "Choose how the call ended."),
}
