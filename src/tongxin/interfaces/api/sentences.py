"""Sentences of the refusals that only this door knows: bodies, headers, addresses, keys. Joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    # who asks
    "key.absent": (
        "请在请求头里带上接口密钥：Authorization: Bearer tx_…，或 X-API-Key: tx_…。",
        "Send an API key: Authorization: Bearer tx_…, or X-API-Key: tx_….",
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
    "body.not_multipart": (
        "请用 multipart/form-data 上传，文件放在 file 字段。",
        "Send multipart/form-data with the file in the field “file”.",
    ),
    "crs.unknown": (
        "没有“{crs}”这种坐标系。可用：wgs84、gcj02、bd09、cgcs2000。",
        "There is no datum “{crs}”. Use wgs84, gcj02, bd09 or cgcs2000.",
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
}
