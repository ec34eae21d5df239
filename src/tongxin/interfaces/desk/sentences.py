"""What a refusal of this door says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    "period.invalid": (
        "时段 {since} 至 {until} 不对：开始不能晚于结束，最长 {most} 日。",
        "The period {since} to {until} is not one: it starts before it ends and has {most} days at most.",
    ),
    "filter.unreadable": (
        "筛选条件“{field}”读不懂：{found}。请重新选择。",
        "The filter “{field}” cannot be read: {found}. Choose it again.",
    ),
    "export.too_many": (
        "一次最多导出 {limit} 条，请缩小日期或区域后再导出。",
        "At most {limit} rows can be exported at once. Narrow the days or the area.",
    ),
}
