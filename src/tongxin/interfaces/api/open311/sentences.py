"""Sentences of the refusals that only Open311 knows. Joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    "open311.no_key": (
        "缺少接口密钥。请在表单或地址里带上 api_key；密钥由本市安全管理员发放。",
        "An api_key is missing. Send it in the form or the address; the city's security administrator issues keys.",
    ),
    "open311.jurisdiction": (
        "这里没有“{found}”这个管辖区。本服务只有一个管辖区，jurisdiction_id 可以不填。",
        "There is no jurisdiction “{found}” here. There is only one: leave jurisdiction_id out.",
    ),
    "open311.unreadable": (
        "表单读不出来。请用 UTF-8 编码，按 application/x-www-form-urlencoded 或 multipart/form-data 提交。",
        "The form cannot be read. Send application/x-www-form-urlencoded or multipart/form-data in UTF-8.",
    ),
    "open311.no_form": (
        "请求体应为表单（application/x-www-form-urlencoded 或 multipart/form-data），收到的是 {found}。",
        "The body must be a form (application/x-www-form-urlencoded or multipart/form-data), not {found}.",
    ),
    "open311.nul": (
        "参数 {name} 里有不能保存的控制字符（U+0000），请删去。",
        "The parameter {name} holds the character U+0000, which cannot be kept.",
    ),
    "open311.too_many": (
        "参数 {name} 一次最多列 {most} 个。请分几次查询。",
        "The parameter {name} lists {most} at most. Ask several times.",
    ),
    "open311.moment": (
        "参数 {name} 不是时间：{found}。请写成 2026-11-20T15:42:00+08:00。",
        "The parameter {name} is no moment: {found}. Write it as 2026-11-20T15:42:00+08:00.",
    ),
    "open311.whole": (
        "参数 {name} 应为 1 到 {most} 的整数，收到的是 {found}。",
        "The parameter {name} must be a whole number from 1 to {most}, not {found}.",
    ),
    "open311.span": (
        "起止时间不对：start_date 应早于 end_date，两者相距最多 {days} 天。请分段查询。",
        "The dates do not fit: start_date comes before end_date, {days} days apart at most. Ask in several spans.",
    ),
    "open311.half_span": (
        "start_date 和 end_date 要一起填，或都不填。",
        "Send both start_date and end_date, or neither.",
    ),
    "open311.page": (
        "翻得太深：最多能翻到第 {most} 条。请缩短起止时间。",
        "Too far: pages end at row {most}. Ask for a shorter span.",
    ),
    "open311.status": (
        "没有“{found}”这个状态。status 可用 open、closed，可用逗号并列。",
        "There is no status “{found}”. Use open, closed, or both with a comma.",
    ),
    "open311.update_status": (
        "没有“{found}”这个状态。status 可用 OPEN、CLOSED、FIXED、IN_PROGRESS、REOPEN 等。",
        "There is no status “{found}”. Use OPEN, CLOSED, FIXED, IN_PROGRESS, REOPEN and the like.",
    ),
    "open311.no_service_code": (
        "缺少 service_code。可用的值见 services.{form}。",
        "service_code is missing. Its values are in services.{form}.",
    ),
    "open311.service": (
        "没有代码为“{found}”的服务。可用的值见 services.{form}。",
        "There is no service “{found}”. Codes are in services.{form}.",
    ),
    "open311.request": ("没有“{found}”这个请求，或者它不公开。", "There is no request “{found}”, or it is not public."),
    "open311.token": ("没有这个令牌。请核对后再试。", "There is no such token. Please check it."),
    "open311.media": ("这个照片链接不对，或已过期。请重新查询后再取。", "This link is wrong or has ended. Ask again."),
    "open311.not_kept": (
        "测试端点不保存请求，所以查不到“{found}”。正式提交请用 /api/open311/v2/。",
        "The test endpoint keeps nothing, so there is no “{found}”. Send real requests to /api/open311/v2/.",
    ),
    "open311.no_place": (
        "缺少地点。请给 lat 和 long（WGS-84），或 address_id（区划代码），或 address_string（地址）。",
        "The place is missing. Send lat and long (WGS-84), address_id (an area code) or address_string.",
    ),
    "open311.address": (
        "地址“{found}”里没有认出唯一的镇街、村社或网格。请写上镇街和村社的名字，或改给 lat 和 long。",
        "The address “{found}” names no single place here. Name town and village, or send lat and long.",
    ),
    "open311.address_id": (
        "没有代码为“{found}”的区域。address_id 是区划代码，例如镇街 9 位、村社 12 位、网格 15 位。",
        "There is no area “{found}”. address_id is an area code: 9 digits a town, 12 a village, 15 a grid.",
    ),
    "open311.no_text": (
        "缺少 description：请写清发生了什么。",
        "description is missing: say what happened.",
    ),
    "open311.too_long": (
        "{name} 太长：最多 {most} 字，现有 {found} 字。",
        "{name} is too long: {most} characters at most, not {found}.",
    ),
    "open311.media_url": (
        "media_url 应为 http 或 https 链接，最多 {length} 字，一次最多 {most} 个。",
        "media_url must be an http or https link of {length} characters at most, {most} of them at most.",
    ),
    "open311.photos": ("一次最多传 {most} 张照片。", "{most} photos at most in one request."),
    "open311.attribute_missing": (
        "缺少必填项 attribute[{code}]（{title}）。",
        "attribute[{code}] is required.",
    ),
    "open311.attribute": (
        "attribute[{code}]（{title}）的值不对：{found}。应为{wanted}。",
        "The value of attribute[{code}] does not fit: “{found}”. Its definition is in services/CODE.",
    ),
    "open311.missing": ("缺少参数 {name}。", "The parameter {name} is missing."),
    "open311.idempotency": (
        "X-Idempotency-Key 应为 1 至 {most} 个可见的 ASCII 字符。",
        "The X-Idempotency-Key must be 1 to {most} visible ASCII characters.",
    ),
}
