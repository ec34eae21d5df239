"""Sentences about what lies over a matter's life: extension, hold, joint handling, whistle, supervision, the rest."""

REFUSALS: dict[str, tuple[str, str]] = {
    "extension.too_late": (
        "延期要在到期前申请，{due} 已到期。",
        "An extension is asked for before the limit runs out; it ran out at {due}.",
    ),
    "extension.twice_at_most": (
        "最多延期 {most} 次，已经用完。办不了的可以申请挂账或提级。",
        "{most} extensions are the most; they are used up.",
    ),
    "extension.second_needs_two": (
        "第二次延期要两级审批，请用“申请两级延期”。",
        "A second extension needs two levels of approval.",
    ),
    "extension.no_limit": ("请写明要延多久。", "Say how much more time is needed."),
    "extension.no_clock": ("处置钟没有在走，不能延期。", "No handling clock is running."),
    "extension.other_unit": (
        "原期限按“{unit}”计，延期也要按它计。",
        "The limit is counted in “{unit}”; so is its extension.",
    ),
    "extension.too_long": (
        "一次最多延 {most} {unit}，不超过原期限。",
        "At most {most} {unit} at once, no more than the limit itself.",
    ),
    "hold.no_kind": ("请选择挂账、补正或鉴定。", "Choose what it is held for."),
    "hold.wrong_ground": ("这个原因与所选的停表种类不符，请重选原因。", "This ground does not fit the kind of hold."),
    "hold.no_day": ("请选择复查日期。", "Choose the day on which it is looked at again."),
    "hold.wrong_day": ("复查日期要在明天到 {last} 之间。", "The review day lies between tomorrow and {last}."),
    "hold.not_yet": ("复查日还没到（{due}）。", "The review day has not come ({due})."),
    "objection.same_unit": (
        "异议成立就要改派别的单位；仍由原单位承办请裁定不成立。",
        "An upheld objection names another unit; otherwise overrule it.",
    ),
    "overlay.unknown_act": ("没有“{act}”这个动作。", "There is no act “{act}”."),
    "overlay.unreadable": ("读不懂“{found}”，请按提示重填。", "“{found}” cannot be read; fill it in as the hint says."),
    "overlay.wrong_state": ("现在不能“{act}”。", "“{act}” is not possible now."),
    "overlay.one_is_open": ("已有一份在办，先等它有结果。", "One is under way already; wait for its outcome."),
    "overlay.own_request": (
        "不能审批自己申请的事。请他人审批。",
        "Nobody decides on his own request; somebody else must.",
    ),
    "branch.no_kind": ("请选择协办或会办。", "Choose assistance or consultation."),
    "branch.no_join": ("请选择主办等谁完成：全部、任一，或自行决定。", "Choose for whom the lead waits."),
    "branch.no_unit": ("请选择邀请哪些单位。", "Choose the units to be invited."),
    "branch.too_many": (
        "一次最多邀请 {most} 个单位，选了 {found} 个。请只请必要的单位。",
        "At most {most} units are invited at once, not {found}. Invite those that are needed.",
    ),
    "branch.lead_itself": ("主办单位不能邀请自己，请去掉本单位。", "The lead does not invite itself. Take it out."),
    "branch.invited_already": (
        "所选单位中有的已在协办，或正在待审批。请去掉它再提交。",
        "One of these units is invited already. Take it out.",
    ),
    "branch.not_here": (
        "只能邀请办理此地事务的部门、站所或村社。请去掉指挥室和外地单位。",
        "Only units that work at this place can be invited: no command rooms, none from elsewhere.",
    ),
    "branch.beyond_lead": (
        "协办时限不能超过主办时限（{due}）。请缩短，或勾选“可晚于主办时限”。",
        "A part ends with the limit of the lead, {due}. Shorten it, or say that it may end later.",
    ),
    "branch.too_long": ("协办时限最多 {most}，请缩短。", "The limit of a part is {most} at most. Shorten it."),
    "branch.bound": (
        "已裁定由贵单位承担，不能再次提出。请按裁定办理。",
        "A ruling bound your unit to its part; there is no second no.",
    ),
    "whistle.only_towns": (
        "吹哨由乡镇街道发起。这件事项现在不在镇街指挥室。",
        "Towns blow whistles; this matter is not with a town's command room now.",
    ),
    "whistle.no_kind": ("请选择哨的种类。", "Choose the kind of whistle."),
    "whistle.hard_by_commander": (
        "攻坚克难哨只能由书记、主任（指挥长）吹。请改选种类，或请指挥长办理。",
        "A hard whistle is blown by the commander only. Choose another kind, or ask the commander.",
    ),
    "whistle.no_unit": ("请选择叫哪些单位到场。", "Choose the units to be called."),
    "whistle.too_many": (
        "一次吹哨最多叫 {most} 个单位，这次选了 {found} 个。请只叫有职责的单位。",
        "One whistle calls at most {most} units; {found} were chosen. Call those that have a duty.",
    ),
    "whistle.called_already": (
        "所选单位中有的已经叫过。请去掉它再提交。",
        "One of these units has been called already. Take it out.",
    ),
    "whistle.not_a_department": (
        "吹哨只叫管到此地的部门和站所。请去掉指挥室、村社和外地单位。",
        "A whistle calls departments and stations that work at this place: no desk, no village, none from elsewhere.",
    ),
    "whistle.awaited": (
        "还有 {awaited} 个单位未到场也未答复，到场时限是 {until}。等它们到场，或等时限过后再作结论。",
        "{awaited} units are still awaited, until {until}. Conclude when they have come or their time is over.",
    ),
    "whistle.somebody_came": (
        "已有单位到场，不能撤哨。请作出会商结论。",
        "A unit has come; a whistle cannot be called off then. Conclude it.",
    ),
    "whistle.no_outcome": ("请选择会商结果。", "Choose what came out of it."),
    "summons.bad_point": (
        "位置不完整或不在地球上。可以不带位置报到。",
        "The point is not whole, or not on earth. A check-in needs no point.",
    ),
    "summons.too_far": (
        "报到点距事项 {away} 米，超过 {most} 米。确在现场的，请说明原因。",
        "The check-in is {away} m from the matter, more than {most} m. Say why.",
    ),
    "summons.no_rating": ("请选择评价。", "Choose a rating."),
    "summons.low_without_reason": ("评“不满意”要写明原因。", "Say why it was not satisfactory."),
    "summons.rated": ("已评价过，评价只作一次。", "It has been rated; that is done once."),
    "order.already_pressed": (
        "这件事项已在“{grade}”中，不重复督办。需要加压时请用更高一级的督办。",
        "It is under order already ({grade}). To press harder, issue an order of a higher grade.",
    ),
    "order.wrong_day": (
        "答复日期要在 {first} 至 {last} 之间。要更快，请用更高一级的督办。",
        "The reply can be asked for between {first} and {last}. For less time, issue an order of a higher grade.",
    ),
    "order.own_reply": (
        "这份答复是您本人报的，请由他人销号。",
        "You gave this reply yourself; somebody else accepts it.",
    ),
    "order.same_cause": ("同一原因已经督办过。", "An order was raised for this very cause already."),
    "order.missing": ("找不到这份督办单，或不在您的职责范围内。", "There is no such order, or not within your duties."),
    "order.too_many": (
        "一份督办单最多 {most} 件，现在选了 {found} 件。请分几次下发。",
        "An order takes in {most} matters at most, not {found}. Issue several.",
    ),
    "order.no_grade": ("请选择督办级别。", "Choose the grade of the order."),
    "order.sealed_alone": (
        "保密件要单独督办，不与其他事项同单。请只选这一件再下发。",
        "A sealed matter is pressed by an order of its own. Choose it alone.",
    ),
    "order.no_matter": ("请至少选一件事项。", "Choose one matter at least."),
    "call_back.no_rating": ("请选择满意程度。", "Choose how satisfied the reporter is."),
    "call_back.no_verdict": ("请选择“已解决”或“未解决”。", "Say whether it is solved."),
    "call_back.no_words": (
        "不满意或未解决的，请写明哪里没办好，重办时要用。",
        "Where it is not satisfactory or not solved, write what is still wrong: the next handling needs it.",
    ),
    "call_back.tried_lately": (
        "刚打过，{until} 以后再打才算一次。",
        "It was tried just now; the next call counts after {until}.",
    ),
    "call_back.spoke_for_another": (
        "这是代群众登记的来电，请由回访员回访后登记评价。",
        "You took down somebody else's call; that reporter is called back.",
    ),
    "call_back.rated_already": ("这一轮已经评价过，评价只作一次。", "This handling has been rated; that is done once."),
    "call_back.period_over": (
        "结案满 30 日，不能再评价：截止 {until}。仍有问题请重新上报。",
        "It could be rated until {until}. If it is not solved, report it anew.",
    ),
    "appeal.period_over": (
        "结案满 {days} 日，不能申诉：截止 {until}。可以重新上报。",
        "An appeal was possible within {days} days, until {until}. Report it anew.",
    ),
    "appeal.once": (
        "这一轮已经申诉过，每轮一次。请等复核结果，或看复核结论。",
        "It was appealed against already, which is done once; see the outcome.",
    ),
    "appeal.no_kind": ("请选择对什么申诉：差评、差错或返工。", "Choose what the appeal is against."),
    "appeal.no_mark": ("这件事项没有可申诉的差评、差错或返工记录。", "Nothing of this kind is held against the unit."),
    "appeal.mark_over": (
        "记录已满 {days} 日，不能再申诉。",
        "More than {days} days have passed; it can no longer be appealed against.",
    ),
    "overlay.missing": ("找不到这份记录，可能已经办结。", "There is no such record, or it has ended."),
}
