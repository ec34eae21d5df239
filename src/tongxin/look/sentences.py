"""What a refusal of the look says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    "print.no_pango": (
        "这台服务器缺少排版文字的库，暂时不能生成 PDF。请管理员安装：{packages}。"
        "现在请回到事项页，用“打印”由浏览器打印。",
        "This server lacks the library that sets type, so no PDF can be made. Ask an administrator to install "
        "{packages}. For now go back to the matter and use “Print” of the browser.",
    ),
}
