"""What a refusal of this app says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    # points
    "point.invalid": ("坐标 {lon}, {lat} 不是有效的经纬度。", "{lon}, {lat} is no longitude and latitude."),
    # the files areas come in
    "file.missing": ("找不到文件 {file}。", "There is no file {file}."),
    "file.too_large": (
        "文件 {file} 有 {megabytes} MB，上限 {limit} MB。请拆分后再载入。",
        "{file} has {megabytes} MB; the limit is {limit} MB. Split it.",
    ),
    "file.empty": ("文件 {file} 是空的。", "{file} is empty."),
    "file.binary": (
        "文件 {file} 第 {line} 行含有二进制内容，不是文本。请另存为 UTF-8 的 CSV 或 GeoJSON。",
        "Line {line} of {file} holds binary content. Save it as UTF-8 text.",
    ),
    "file.encoding": (
        "文件 {file} 第 {line} 行既不是 UTF-8 也不是 GB18030。请另存为 UTF-8。",
        "Line {line} of {file} is neither UTF-8 nor GB18030. Save it as UTF-8.",
    ),
    "file.quoting": (
        "文件 {file} 从第 {line} 行起引号或分隔不成对（{reason}）。请核对该行。",
        "Quoting in {file} is broken from line {line} on ({reason}).",
    ),
    "file.columns": ("文件 {file} 的表头缺少：{missing}。", "The head of {file} lacks: {missing}."),
    "file.json": (
        "文件 {file} 第 {line} 行第 {column} 列不是合法的 JSON。",
        "{file} is not JSON at line {line}, column {column}.",
    ),
    "file.geojson": ("文件 {file} 不是含要素的 GeoJSON。", "{file} is no GeoJSON with features."),
    "file.toml": ("文件 {file} 不是合法的 TOML：{reason}。", "{file} is not TOML: {reason}."),
    # areas and their changes
    "areas.rejected": ("共 {count} 处有误，什么也没有写入。", "{count} places are wrong; nothing was written."),
    "area.unknown": ("没有编码为 {area} 的区域。", "There is no area with the code {area}."),
    "area.missing": ("没有编码为 {area} 的区域。", "There is no area with the code {area}."),
    "area.columns": ("应有 {expected} 列，实有 {found} 列。", "There should be {expected} columns, not {found}."),
    "area.code_width": (
        "区划代码“{found}”应为 2、4、6、9、12、15 或 17 位数字。",
        "The code “{found}” should have 2, 4, 6, 9, 12, 15 or 17 digits.",
    ),
    "area.code_repeated": ("代码与第 {first_line} 行重复。", "The code repeats that of line {first_line}."),
    "area.name": ("名称应为 1 至 {limit} 个字。", "The name should have 1 to {limit} characters."),
    "area.level": (
        "级别“{found}”与 {width} 位代码不符。",
        "The level “{found}” does not fit a code of {width} digits.",
    ),
    "area.parent_differs": (
        "上级写的是“{found}”，按代码应为 {expected}。",
        "The parent is given as “{found}”; by the code it is {expected}.",
    ),
    "area.parent_unknown": (
        "上级 {parent} 不在表中，也不在现有区划中。",
        "The parent {parent} is neither in the table nor among the areas in force.",
    ),
    "area.kind": ("类型“{found}”应为 ordinary 或 special。", "The kind “{found}” should be ordinary or special."),
    "area.special_serial": (
        "专属网格的末三位应为 900 至 999，普通网格应小于 900。",
        "Special grids have serials 900 to 999, ordinary ones below 900.",
    ),
    "area.aliases": (
        "别名合起来最多 {limit} 个字。请留下常用的几个，用“、”隔开。",
        "The aliases have at most {limit} characters together. Keep those that are used, with commas between.",
    ),
    "area.households": ("户数“{found}”不是数字。", "“{found}” is no number of households."),
    "area.date": ("日期“{found}”应写作 2026-11-20。", "The date “{found}” should be written 2026-11-20."),
    "area.ended": (
        "代码已于 {on} 停用，不再启用。请用新代码。",
        "The code ended on {on} and is not used again. Take a new one.",
    ),
    "area.gap": (
        "下级之间有空隙，约 {square_meters} 平方米，在 {lon}, {lat} 附近。",
        "The areas below leave a gap of about {square_meters} m² near {lon}, {lat}.",
    ),
    "area.overlap": (
        "与 {other} 重叠约 {square_meters} 平方米，在 {lon}, {lat} 附近。",
        "It overlaps {other} by about {square_meters} m² near {lon}, {lat}.",
    ),
    "area.beyond": (
        "下级超出边界约 {square_meters} 平方米，在 {lon}, {lat} 附近。",
        "The areas below reach beyond it by about {square_meters} m² near {lon}, {lat}.",
    ),
    "area.not_valid": (
        "区域 {area} 在 {on} 不在有效期内，或当天才启用。",
        "Area {area} is not in force on {on}, or only begins that day.",
    ),
    "area.code_taken": ("代码 {area} 已经用过。请用新代码。", "The code {area} has been used. Take a new one."),
    "area.orphan": (
        "{on} 起上级 {parent} 不再有效，而 {area} 仍在。请一并变更。",
        "From {on} on {parent} is not in force while {area} still is. Change both together.",
    ),
    # outlines
    "outline.none_known": (
        "{file} 中没有一个边界与表中的区划对得上（已按 {keys} 查找）。请用 --key 指明属性。",
        "No outline in {file} belongs to an area of the table (looked at {keys}). Name the property with --key.",
    ),
    "outline.unknown": (
        "{file} 第 {feature} 个边界（{called}）不属于表中任何区划，已略过。",
        "Outline {feature} of {file} ({called}) belongs to no area of the table and was passed over.",
    ),
    "outline.repeated": ("边界在 {file} 中重复给出。", "The outline is given twice ({file})."),
    "outline.name_ambiguous": (
        "名称“{name}”对应多个区划：{codes}。请改用代码。",
        "Several areas are called “{name}”: {codes}. Use codes.",
    ),
    "outline.unreadable": (
        "{file} 第 {feature} 个边界为空、未闭合或含非数字坐标。",
        "Outline {feature} of {file} is empty, open, or holds what is no number.",
    ),
    "outline.type": ("边界应为 Polygon 或 MultiPolygon，不是 {found}。", "An outline is a polygon, not a {found}."),
    "outline.range": (
        "坐标 {lon}, {lat} 不是经纬度。请先转换为经纬度坐标。",
        "{lon}, {lat} is no longitude and latitude. Convert it first.",
    ),
    "outline.invalid": ("边界自相交：{reason}。", "The outline crosses itself: {reason}."),
}
