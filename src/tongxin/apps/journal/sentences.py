"""What a refusal of this app says, in Chinese and English; joins `words.REFUSALS`."""

REFUSALS: dict[str, tuple[str, str]] = {
    "journal.moved": (
        "事项刚被别人改过，请刷新后再办。",
        "Somebody has just changed this matter. Reload and try again.",
    ),
    # evidence
    "evidence.empty": ("文件是空的，请重新选择。", "The file is empty. Choose it again."),
    "evidence.too_large": ("文件超过 {limit_mb} MB，请压缩后再传。", "The file is larger than {limit_mb} MB."),
    "evidence.type_refused": (
        "只接收 JPEG、PNG、WebP 照片和 PDF 文档，这个文件是 {found}。",
        "Only JPEG, PNG, WebP photos and PDF documents are taken; this is {found}.",
    ),
    "evidence.type_mixed": (
        "文件里夹带了其他内容，为安全起见不能接收。请重新拍照或导出。",
        "The file carries something else inside. Take the photo or export the document again.",
    ),
    "evidence.active": (
        "文档里带有脚本、程序或附件，为安全起见不能接收。请打印成新的 PDF 再传。",
        "The document holds scripts, programs or files. Print it as a new PDF and send that.",
    ),
    "evidence.broken": ("文件不完整或已损坏，请重新上传。", "The file is incomplete or damaged. Send it again."),
    "evidence.too_many_pixels": (
        "照片超过 {most} 百万像素，请缩小后再传。",
        "The photo has more than {most} million pixels.",
    ),
    "evidence.not_a_picture": ("处理前、处理后的证据须是照片。", "Before and after evidence must be a photo."),
    "evidence.missing": ("没有这份证据，或已删除。", "There is no such evidence, or it was erased."),
    # seals
    "seal.day_not_over": ("{day} 还没有结束，不能封存。", "{day} is not over and cannot be sealed."),
    "seal.out_of_order": ("已封存到 {last}，不能再封存 {day}。", "Sealed up to {last}; {day} can no longer be sealed."),
}
