"""The doors through which matters come in."""

from enum import StrEnum


class Channel(StrEnum):
    """Where a report came from. Source: domain.md §3.1 row 1."""

    GRID = "grid"  # 网格员
    RESIDENT = "resident"  # 居民
    HOTLINE = "hotline"  # 12345 热线
    DEPARTMENT = "department"  # 部门
    POLICE = "police"  # 110 接口
    SENSOR = "sensor"  # 物联感知
    PARTNER = "partner"  # 外部系统
    PAPER = "paper"  # 来信来访
    MAIL = "mail"  # 电子邮件
    CHAT = "chat"  # 即时消息


HEARD = frozenset({Channel.HOTLINE, Channel.MAIL, Channel.CHAT})  # what the 12345 desk takes in and answers
