"""Sentences of the refusals that only a command knows: an import's files and rows, the listener's messages."""

REFUSALS: dict[str, tuple[str, str]] = {
    # the file
    "file.line_too_long": (
        "文件 {file} 第 {line} 行超过 {limit} 字节，不像一行表格。请核对换行符。",
        "{file}, line {line} is longer than {limit} bytes. Check its line ends.",
    ),
    "file.cell_too_long": (
        "文件 {file} 第 {line} 行起有一格超过 {limit} 个字符，多半是引号不成对。请改好再导入。",
        "{file}, from line {line}: a cell of more than {limit} characters, most likely a quotation mark left open.",
    ),
    "file.no_rows": ("文件 {file} 只有表头，没有数据行。", "{file} has a header, but no rows."),
    "file.xlsx": (
        "文件 {file} 是压缩文件，但不是完好的 XLSX 工作簿。请重新另存。",
        "{file} is a zip file, but no sound XLSX workbook. Save it again.",
    ),
    # the mapping
    "mapping.unreadable": (
        "读不了对照文件 {file}：应是 UTF-8 的 TOML（{reason}）。",
        "Cannot read the mapping {file}: it must be TOML in UTF-8 ({reason}).",
    ),
    "mapping.key": ("对照文件里没有 {key} 这一项。可用：{allowed}。", "The mapping knows no {key}. Use: {allowed}."),
    "mapping.value": (
        "对照文件的 {key} 不能是“{value}”。可用：{allowed}。",
        "{key} of the mapping cannot be “{value}”. Use: {allowed}.",
    ),
    "mapping.missing": ("对照文件缺少 {key}。", "The mapping lacks {key}."),
    "mapping.one_column": (
        "对照文件的 {key} 只能对应一列；能合并几列的只有：{allowed}。",
        "{key} of the mapping takes one column; only these join several: {allowed}.",
    ),
    "mapping.column": (
        "表里没有“{column}”这一列。表头是：{found}。",
        "The table has no column “{column}”. It has: {found}.",
    ),
    "mapping.column_twice": (
        "表里有几列都叫“{column}”，分不清用哪一列。表头是：{found}。",
        "Several columns are called “{column}”. The table has: {found}.",
    ),
    "mapping.unknown": (
        "对照文件的 {key} 指向“{value}”，这里没有这个编码。请先载入模板和区划，或改正编码。",
        "{key} of the mapping leads to “{value}”, which does not stand here.",
    ),
    # a row
    "import.columns": (
        "这一行有 {found} 格，表头有 {expected} 格。",
        "This row has {found} cells, the header {expected}.",
    ),
    "import.no_key": ("没有编号：没有编号就分不清是否已导入过。", "No key: without it nobody knows it came in before."),
    "import.no_date": ("{field} 是空的。", "{field} is empty."),
    "import.date": (
        "{field} 的“{value}”不是对照文件 dates 里任何一种日期。",
        "{field}: “{value}” is no date of a form that the mapping names.",
    ),
    "import.number": ("{field} 的“{value}”不是数字。", "{field}: “{value}” is no number."),
    "import.unmapped": (
        '{field} 的“{value}”在对照文件 [{table}] 里没有对应。请补一行，或加 "*" 作为其余。',
        'The mapping\'s [{table}] says nothing about “{value}” in {field}. Add it, or "*" for the rest.',
    ),
    # a matter run elsewhere
    "past.not_closed": (
        "状态是“{state}”，却没有办结时间。",
        "It stands as “{state}” without the moment it ended.",
    ),
    "past.closed_in_future": ("办结时间 {at} 晚于现在。", "It ended at {at}, which is in the future."),
    # the broker and its messages
    "broker.address": (
        "请用 TONGXIN_MQTT 写明消息服务器，例如 mqtt://用户:密码@主机:1883，加密用 mqtts://。",
        "Name the broker in TONGXIN_MQTT, such as mqtt://user:password@host:1883, or mqtts:// for TLS.",
    ),
    "payload.topic": (
        "主题 {topic} 不对，应为 tongxin/设备编码/reading、event、fault 或 heartbeat。",
        "The topic {topic} will not do: tongxin/<device code>/reading, event, fault or heartbeat.",
    ),
    "payload.long": ("消息太长：最多 {limit} 字节。", "The message is too long: {limit} bytes at most."),
    "payload.unfit": (
        "消息内容不符合约定（{found}）。字段见 docs/operations.md。",
        "The message does not fit ({found}). Its fields are in docs/operations.md.",
    ),
    # a simulated city
    "simulate.no_areas": (
        "还没有区划：请先运行 tongxin load_areas cities/quzhou。",
        "No areas yet: run tongxin load_areas first.",
    ),
    "simulate.no_catalog": (
        "还没有事项模板：请先运行 tongxin load_catalog。",
        "No templates yet: run tongxin load_catalog first.",
    ),
    "simulate.no_units": (
        "还没有单位或在岗人员：请先设立单位和岗位。",
        "No units or staff yet: open units and posts first.",
    ),
    "simulate.no_grids": ("还没有可用的网格：请先载入带中心点的网格。", "No grids with a center yet: load them first."),
    "simulate.differs": (
        "重现的数字是 {found}，公布的是 {printed}。",
        "The figures lived through are {found}, those printed {printed}.",
    ),
    "simulate.not_empty": (
        "已有 {matters} 件事项。要再加，请用 --more。",
        "{matters} matters stand already. To add more, use --more.",
    ),
}
