"""Sentences of the house itself: its home, its database, its gate. They are said before any app is there."""

REFUSALS: dict[str, tuple[str, str]] = {
    # the gate
    "door.too_often": (
        "来得太快了，请过 {seconds} 秒再试。",
        "Too many at once. Please try again in {seconds} seconds.",
    ),
    # the home
    "home.open_parent": (
        "数据目录 {home} 的上级 {folder} 人人可写，会被调换。请另选 TONGXIN_HOME，或对上级执行 chmod o-w。",
        "Anybody can write to {folder}, above {home}, and exchange it. Choose another TONGXIN_HOME, or chmod o-w "
        "that folder.",
    ),
    "home.not_a_folder": (
        "{home} 不是目录（是文件或链接）。请另选 TONGXIN_HOME。",
        "{home} is a file or a link, not a folder. Choose another TONGXIN_HOME.",
    ),
    "home.not_owned": (
        "{home} 属于用户 {owner}，当前用户是 {user}。请换用户运行，或另选 TONGXIN_HOME。",
        "{home} belongs to user {owner}, we are {user}. Run as its owner, or choose another TONGXIN_HOME.",
    ),
    "home.not_empty": (
        "{home} 对他人开放，且已有别的内容，未作改动。请选空目录；确是数据目录时先执行 chmod 700。",
        "{home} is open to others and holds other things; nothing was changed. Name an empty folder, or chmod 700 it "
        "yourself.",
    ),
    "home.not_closed": (
        "无法把 {home} 设为他人不可读。请放到支持权限的磁盘上。",
        "{home} cannot be closed to others. Use a disk with permissions.",
    ),
    "home.not_writable": (
        "无法写入 {home}：{why}。请另选 TONGXIN_HOME。",
        "Cannot write to {home}: {why}. Choose another TONGXIN_HOME.",
    ),
    "home.unreachable": (
        "数据库以用户 {user} 运行，进不了 {folder}。请设 TONGXIN_HOME=/var/lib/tongxin，或设 DATABASE_URL。",
        "The database runs as {user}, who cannot enter {folder}. Set TONGXIN_HOME=/var/lib/tongxin, or DATABASE_URL.",
    ),
    # the database
    "postgres.nameless_user": (
        "用户号 {uid} 没有用户名，内置数据库不能运行。请添加该用户，或设 DATABASE_URL。",
        "User {uid} has no name, which the embedded database needs. Add that user, or set DATABASE_URL.",
    ),
    "postgres.no_user": (
        "数据库不能以 root 运行，又无法改用 postgres 或 nobody。请用普通用户运行，或设 DATABASE_URL。",
        "The database must not run as root and cannot run as postgres or nobody. Run as an ordinary user, or set "
        "DATABASE_URL.",
    ),
    "postgres.not_installed": (
        "本机没有可运行的内置 PostgreSQL。请重新安装依赖，或设 DATABASE_URL。",
        "The embedded PostgreSQL is missing or does not run here. Reinstall, or set DATABASE_URL.",
    ),
    "postgres.not_made": ("建库失败（{program}）：{log}", "Making the database failed ({program}): {log}"),
    "postgres.other_version": (
        "{data} 由 PostgreSQL {written} 写成，现在的程序是 {program}。请用旧版备份，再恢复到新的数据目录。",
        "{data} was written by PostgreSQL {written}; the program is {program}. Back up with the old version, restore "
        "into a new home.",
    ),
    "postgres.not_started": ("数据库没有启动。日志末尾：{log}", "The database did not start. End of its log: {log}"),
    "postgres.silent": (
        "数据库 {seconds} 秒没有应答，可能有旧进程未结束。稍后再试。日志末尾：{log}",
        "The database has not answered for {seconds} s; old processes may still be ending. Try again. Log: {log}",
    ),
    "postgres.name_taken": (
        "{link} 已被占用。请改用路径较短的 TONGXIN_HOME。",
        "{link} is taken. Use a shorter TONGXIN_HOME.",
    ),
    "database_url.scheme": ("DATABASE_URL 要以 postgresql:// 开头。", "DATABASE_URL must start with postgresql://."),
    "database_url.unreadable": (
        "读不懂 DATABASE_URL。写法：postgresql://用户:密码@主机:5432/库名?sslmode=require，特殊字符用 %xx。",
        "DATABASE_URL cannot be read. Form: postgresql://user:password@host:5432/name?sslmode=require; write special "
        "characters as %xx.",
    ),
    "database_url.no_name": (
        "DATABASE_URL 缺库名：主机后加 /库名。",
        "DATABASE_URL names no database: add /name after the host.",
    ),
}
