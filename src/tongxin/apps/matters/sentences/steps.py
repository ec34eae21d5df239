"""Sentences about the steps of a matter's life."""

REFUSALS: dict[str, tuple[str, str]] = {
    "step.wrong_state": ("现在是“{state}”，不能“{act}”。", "The matter is in “{state}”: “{act}” is not possible now."),
    "step.wrong_role": (
        "“{act}”由{roles}办理，您在这件事项上没有这个岗位。",
        "“{act}” is for: {roles}. You hold no such post for this matter.",
    ),
    "step.no_reason": ("请写明理由或办理情况。", "Say why, or what was done."),
    "step.no_ground": ("请选择法定理由。", "Choose the legal ground."),
    "step.no_route": ("请告诉对方可以去哪里办。", "Say where the reporter can go instead."),
    "step.no_unit": ("请选择承办单位。", "Choose the unit that handles it."),
    "step.unit_returned_it": (
        "这个单位已退回过一次，不能再派给它。请选其他单位，或由值班长裁定。",
        "That unit has returned this matter once; choose another.",
    ),
    "step.own_handling": (
        "您经办过这件事项，审核、核查、结案、回访和复核要由别人做。请交给同事。",
        "You had a hand in it: somebody else must review, check, close, call back and hear it.",
    ),
    "step.no_after_photo": (
        "还差处置后照片：要 {wanted} 张，现有 {found} 张。",
        "Photos of the result are missing: {wanted} wanted, {found} found.",
    ),
    "step.no_before_photo": (
        "还差处置前照片：要 {wanted} 张，现有 {found} 张。",
        "Photos of the start are missing: {wanted} wanted, {found} found.",
    ),
    "step.not_on_the_spot": (
        "这类事项不能由网格员自行处置，请上报受理。",
        "This kind of matter cannot be settled on the spot.",
    ),
    "step.returned_once": (
        "本单位已退回过一次，不能再退。有争议请找值班长裁定。",
        "Your unit has returned it once and cannot again.",
    ),
    "step.return_window_over": (
        "退回期已过：截止 {until}。派错了请找指挥室值班长裁定。",
        "The time for returning it ended at {until}. Ask the duty chief for a ruling.",
    ),
    "step.still_time_to_sign": (
        "签收时限到 {until}，还没超时，暂不能改派。",
        "The unit may sign until {until}; it cannot be recalled before.",
    ),
    "step.no_close_kind": ("请选择结案类型。", "Choose how it is closed."),
    "step.closes_late": (
        "处置或全流程已超时，不能按正常结案。请选超时结案。",
        "It ran past its limit: close it as late.",
    ),
    "step.already_proposed": (
        "已有人申请作废，等第二人确认。",
        "Voiding is proposed already; a second person must confirm.",
    ),
    "step.no_proposal": (
        "作废要先由一人申请、再由另一人确认。",
        "Voiding needs a proposal first, then a second person.",
    ),
    "step.same_person": ("作废要由第二人确认，您是申请人。", "A second person must confirm; you proposed it."),
    "step.reopened_once": ("事项只能重开一次。", "A matter can be reopened once only."),
    "step.objection_open": (
        "派单异议还没有裁定，裁定后再派遣。请值班长先裁定。",
        "The objection to the dispatch is not ruled on yet; the duty chief rules first.",
    ),
    "step.ruled_elsewhere": ("裁定已定承办单位，只能派给它。", "A ruling has named the unit; it can go nowhere else."),
    "step.ruled_here": (
        "这是裁定件，不能再退回。有困难可以申请协办或吹哨。",
        "A ruling bound your unit: it cannot be returned. Ask for joint handling instead.",
    ),
    "step.no_suggested_unit": ("请写明应由哪个单位承办。", "Say which unit should handle it."),
    "step.suggests_itself": ("建议的承办单位不能是本单位。", "The unit you suggest cannot be your own."),
    "step.on_hold": (
        "事项已挂账，钟已停。恢复办理后才能继续。",
        "The matter is on hold and its clock stands still. Resume it first.",
    ),
    "step.waits_for_others": (
        "还有 {waits} 个协办单位没有办完，主办要等协办。",
        "{waits} joint units are not done yet; the lead waits for them.",
    ),
    "step.whistle_open": ("吹哨还没有会商结论，结论后才能继续。", "The whistle has no joint conclusion yet."),
    "step.order_open": (
        "督办还没有销号，答复经督办人认可后才能继续。",
        "A supervision order is still open; its reply must be accepted first.",
    ),
    "step.first_desk_replies": (
        "首接单位还没有答复报事人，请先由首接单位答复。",
        "The desk that first received it has not answered the reporter yet.",
    ),
    "step.no_reply": ("请写明给报事人的答复。", "Write the answer to the reporter."),
    "step.needs_hands": (
        "这类事项要有处置后照片，不能只靠答复办结。请受理并派送。",
        "This kind must be shown done by photos: words do not close it. Accept and dispatch it.",
    ),
    "step.too_late_to_undo": ("撤回时间已过。可以等退回，或超时改派。", "It is too late to take it back."),
    "step.no_master": ("请选择合并到哪一件。", "Choose the matter to merge it into."),
    "step.own_master": ("不能合并到自己。", "A matter cannot be merged into itself."),
    "step.master_ended": (
        "主件现在是“{state}”，不能再并入。",
        "The master is in “{state}”: nothing can be merged into it.",
    ),
    "step.has_children": (
        "它带着 {children} 件合并件，请先撤销合并或改并到别的主件。",
        "{children} matters follow it; unmerge them first.",
    ),
    "step.seal_differs": ("保密件只能与保密件合并。", "Sealed matters merge with sealed ones only."),
    "step.at_the_top": ("已在最上一级，不能再提级。", "It is at the highest ring already."),
    "step.at_the_bottom": ("下面没有可以下派的指挥室。", "There is no desk below to hand it to."),
    "step.not_for_towns": (
        "这是县级部门的职责事项，不能下派到镇街。",
        "This is work of a county department: it may not be handed to towns.",
    ),
    "step.no_cause": (
        "重办要有缘由：群众不满意，或复核成立。",
        "Handling anew needs a cause: dissatisfaction or an upheld appeal.",
    ),
    "step.rehandled_once": (
        "不满意件已重办过一次，再不满意转督办。",
        "It was handled anew once; further dissatisfaction goes to supervision.",
    ),
    "step.reopen_period_over": (
        "结案满 30 日，不能重开：截止 {until}。可以重新上报。",
        "It can be reopened until {until} only. Report it anew.",
    ),
    "step.no_template": ("请选要改成哪一类。", "Choose which kind it is to be of."),
    "step.same_template": (
        "已经是这一类了，不用改。要改请选别的类别。",
        "It is of this kind already; choose another one.",
    ),
    "step.seal_not_named": (
        "改成这一类要密封，您的岗位没有被指定处理这类密封事项。请由被指定的受理岗位来改。",
        "It would be sealed, and your post is not named for that seal. A post that is named for it can sort it so.",
    ),
}
