"""Sentences of the refusals that only this door knows: bodies, headers, addresses, keys. Joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    # who asks
    "key.absent": (
        "请在请求头里带上接口密钥：Authorization: Bearer tx_…，或 X-API-Key: tx_…。",
        "Send an API key: Authorization: Bearer tx_…, or X-API-Key: tx_….",
    ),
    "receipt.key_absent": (
        "请在请求头 X-Receipt-Key 里带上回执密钥；没有的，先用 proof 证明是反映人。",
        "Send the receipt's key as X-Receipt-Key; without one, prove to be the reporter first (proof).",
    ),
    "receipt.key_wrong": (
        "回执密钥不对，或回执已更换。请重新证明是反映人。",
        "This is not the receipt's key, or the receipt was changed. Prove to be the reporter again.",
    ),
    # addresses
    "path.missing": ("没有这个接口地址：{path}。", "There is no such address: {path}."),
    "path.invalid": ("接口地址里的 {at} 不对。可用的值见 openapi.json。", "{at} in the address is not known."),
    "method.not_allowed": (
        "这个接口不支持 {method} 方法。可用：{allowed}。",
        "{method} is not possible here; use {allowed}.",
    ),
    "query.invalid": ("参数 {at} 不符合要求。", "The parameter {at} does not fit."),
    "query.unknown": ("没有 {at} 这个参数。", "There is no parameter {at}."),
    "host.unknown": ("请求的主机名不在允许之列。", "This host name is not served here."),
    # bodies
    "body.empty": ("请求体是空的。请发送 JSON。", "The body is empty. Send JSON."),
    "body.too_large": (
        "请求体太大：最多 {limit_mb} MB。请精简，或分批提交。",
        "The body is too large: {limit_mb} MB at most. Send less at once.",
    ),
    "body.too_slow": (
        "内容传得太慢，已中断，没有保存。请在网络好些时重发，或减少照片。",
        "What was announced came too slowly; nothing was saved. Send it again on a better line, or with fewer photos.",
    ),
    "door.busy": (
        "现在人多，请过 {seconds} 秒再试。",
        "Too many are here right now. Please try again in {seconds} seconds.",
    ),
    "body.not_json": (
        "请求体不是正确的 JSON（须为 UTF-8，不得有 NaN）：{found}。",
        "The body is no valid JSON (UTF-8, no NaN): {found}.",
    ),
    "body.too_deep": ("JSON 嵌套太深：最多 {limit} 层。", "The JSON is nested too deeply: {limit} levels at most."),
    "body.twice": ("字段 {at} 写了两次。请只写一次。", "The field {at} stands there twice."),
    "body.nul": (
        "{at} 里有不能保存的控制字符（U+0000），请删去。",
        "{at} holds the character U+0000, which cannot be kept.",
    ),
    "body.number": ("{at} 的数字太大，存不下。", "The number at {at} is too large."),
    "body.missing": ("缺少必填字段 {at}。", "The field {at} is missing."),
    "body.unknown": ("没有 {at} 这个字段。请核对拼写。", "There is no field {at}. Check its spelling."),
    "body.type": ("{at} 的类型不对：应为 {wanted}，收到的是 {found}。", "{at} should be {wanted}, not {found}."),
    "body.value": ("{at} 的值不对：{found}。可用的值见 openapi.json。", "The value of {at} does not fit: {found}."),
    "moment.beyond": (
        "{at} 的时刻不在 {first} 年到 {last} 年之间，请核对。",
        "The moment in {at} lies outside the years {first} to {last}; please check it.",
    ),
    "body.not_multipart": (
        "请用 multipart/form-data 上传，文件放在 file 字段。",
        "Send multipart/form-data with the file in the field “file”.",
    ),
    "crs.unknown": (
        "没有“{crs}”这种坐标系。可用：wgs84、gcj02、bd09、cgcs2000。",
        "There is no datum “{crs}”. Use wgs84, gcj02, bd09 or cgcs2000.",
    ),
    "report.none_readable": (
        "{found} 行里没有一行是能读的上报。逐行说明见 rows；单件上报和一批上报的格式见 openapi.json。",
        "Not one of {found} rows can be read as a report: rows tells of each, openapi.json how reports are written.",
    ),
    "report.too_old": (
        "上报时间 {at} 太早：接口只收 {days} 天内发生的事项，更早的请用导入。",
        "The report's time {at} is too long ago: {days} days at most. Import what is older.",
    ),
    "report.no_zone": (
        "上报时间要带时区，例如 2026-11-20T15:42:00+08:00。",
        "Give the time with its zone, as in …T15:42:00+08:00.",
    ),
    # asking twice
    "idempotency.key": (
        "Idempotency-Key 应为 1 至 {limit} 个可见的 ASCII 字符。",
        "The Idempotency-Key must be 1 to {limit} visible ASCII characters.",
    ),
    "idempotency.two_keys": (
        "请求头 Idempotency-Key 与字段 key 不一致。请只用一个。",
        "The header Idempotency-Key and the field key differ. Use one.",
    ),
    "idempotency.reused": (
        "这个幂等键已用于另一件内容不同的上报（{number}）。新事项请换一个键。",
        "This key was used for another report ({number}). Use a fresh key for a new one.",
    ),
    "match.invalid": (
        'If-Match 应为事项的 ETag，例如 "7"；与 rev 同时填写时两者要一致。',
        'If-Match must be the matter\'s ETag, such as "7", and agree with rev.',
    ),
    # machines
    "event.faces": (
        "照片必须先在前端把人脸和号牌模糊，并声明 faces_blurred 为 true；否则只发事件、不发照片。",
        "Blur faces and plates at the edge and say so (faces_blurred: true), or send the event without its photo.",
    ),
    "event.no_matter": (
        "这条事件没有形成事项，照片没有保存。",
        "No matter came of this event, so its photo was not kept.",
    ),
    # things
    "template.missing": ("没有“{template}”这个事项模板。", "There is no template “{template}”."),
    "unit.unknown": ("没有编码或编号为 {unit} 的单位。", "There is no unit {unit}."),
    "evidence.no_file": ("请选择要上传的文件（字段 file）。", "Choose a file to upload (field “file”)."),
    "evidence.no_kind": (
        "请说明证据类型 kind：before、after、other 或 document。",
        "Give the kind of evidence: before, after, other or document.",
    ),
    "server.error": (
        "系统出错，没有保存任何内容。请稍后再试；仍不行时把编号 {request} 告诉管理员。",
        "Something broke; nothing was saved. Try again later, or tell the administrator the id {request}.",
    ),
    # Open311
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
