"""What people say: places, titles and texts around the catalog's samples, and the words written with each act.

Nothing here is somebody's: contacts are a surname and a telephone number that nobody holds (138 0000 xxxx).
"""

import re
from collections.abc import Mapping, Sequence
from random import Random

from tongxin.apps.people.staffing import SURNAMES
from tongxin.rules.channels import Channel
from tongxin.rules.lifecycles.matter import Act, Ground

TITLE_LIMIT = 80
ROADS = ("路", "街", "巷", "东路", "西路", "中路", "一路", "二路", "横街", "新街")
STREET_SPOTS = (
    "{road} {n} 号附近", "{road} {n} 号门前", "{road}公交站旁", "{road}与{other}路口", "{stem}菜场北门",
    "{stem}菜场南门", "{stem}小学门口", "{stem}停车场", "{stem}卫生服务站对面", "{road}人行道", "{stem}公园东侧",
    "{road}桥头",
)  # fmt: skip
HOUSE_SPOTS = (
    "{stem}小区 {b} 幢", "{stem}小区 {b} 幢 {u} 单元", "{stem}小区东门", "{stem}小区地下车库", "{stem}花园 {b} 幢",
    "{stem}新村 {b} 幢 {u} 单元", "{stem}家园 {b} 幢", "{road} {n} 号院内",
)  # fmt: skip
HOME_SPOTS = ("{stem} {n} 号", "{stem}东头 {b} 号", "{stem}西头 {b} 号", "{stem} {b} 组", "{stem}新村 {b} 号")
VILLAGE_SPOTS = (
    "{stem}村口", "{stem} {n} 号旁", "{stem}文化礼堂前", "{stem}水渠边", "{stem}桥头", "{stem}晒谷场", "{stem}村道",
    "{stem}东头 {b} 号", "{stem}西头 {b} 号", "{stem}便民服务点旁", "{stem}候车亭旁",
)  # fmt: skip
WATER_SPOTS = ("{stem}溪边", "{stem}桥下", "{stem}水渠边", "{stem}山塘", "{stem}河埠头", "{stem}闸口")
FIELD_SPOTS = ("{stem}后山", "{stem}田畈", "{stem}机耕路旁", "{stem}东畈", "{stem}西畈", "{stem}岭脚")
SITE_SPOTS = ("{stem}工地", "{road}工地北侧", "{road}工地出入口", "{stem}安置房工地")


def _codes(text: str) -> list[str]:
    return text.split()


WATER = frozenset(_codes("B22 E01 E02 E03 E08 E09 H03"))
FIELD = frozenset(_codes("A04 B17 E04 E07 E11 E12 H04 H07 I08"))
SITE = frozenset(_codes("B12 C12 C13"))
HOUSE = frozenset(_codes("B02 B03 B04 B05 B07 B08 B13 B15 G05 G06"))
AT_HOME = frozenset("AF")  # disputes and services are told by where people live
SPOTS = ((WATER, WATER_SPOTS), (FIELD, FIELD_SPOTS), (SITE, SITE_SPOTS))

OPENINGS: Mapping[Channel, Sequence[str]] = {
    Channel.GRID: ("巡查到{place}：", "今天走到{place}，", "巡查时看到，{place}，", "{place}：", "路过{place}，"),
    Channel.RESIDENT: ("{place}，", "在{place}：", "就在{place}，", "{place}这边，", "您好，{place}，"),
    Channel.HOTLINE: ("来电反映{place}：", "市民来电，位置在{place}。", "来电人说，{place}，", "来电反映，{place}，"),
    Channel.DEPARTMENT: ("部门转办，{place}：", "检查中发现，{place}，"),
    Channel.POLICE: ("110 推送，{place}：",),
    Channel.SENSOR: ("感知设备报警，{place}，请到场确认。",),
    Channel.PARTNER: ("外部系统推送，{place}：",),
    Channel.PAPER: ("来信反映{place}：", "来访反映，{place}，"),
}
ENDINGS: Mapping[Channel, Sequence[str]] = {
    Channel.GRID: ("", "", "已拍照。", "已和周边住户说过。", "昨天巡查时还没有。", "请派人处理。"),
    Channel.RESIDENT: ("", "麻烦派人来看看。", "已经好几天了。", "希望能解决一下。", "上周也说过一次。", "谢谢。"),
    Channel.HOTLINE: ("", "来电人希望尽快处理。", "希望回电告知结果。", "请相关单位核实。", "此前未反映过。"),
}
LISTENED = ("", "", "已做登记。", "约好这两天上门。", "已告知办理流程。")  # what grid workers add in people's homes
PLAIN_ENDINGS = ("", "请核实处理。", "请按职责办理。")


def stem_of(village: str) -> str:
    """Return the name alone: 松园社区 → 松园, 姜家坞村民委员会 → 姜家坞."""
    return re.sub(r"(社区)?(居民委员会|居委会|村民委员会|村委会|社区|村)$", "", village) or village


def place(rng: Random, template: str, village: str, town: str, *, is_urban: bool) -> str:
    """Return a place as somebody on the spot would say it."""
    stem = stem_of(village)
    spots = next((spots for codes, spots in SPOTS if template in codes), None)
    if spots is None and (template in HOUSE or template[:1] in AT_HOME):
        spots = HOUSE_SPOTS if is_urban else HOME_SPOTS
    if spots is None:
        spots = STREET_SPOTS if is_urban else VILLAGE_SPOTS
    road, other = rng.sample([name + kind for name in (stem, re.sub("(街道|镇|乡)$", "", town)) for kind in ROADS], 2)
    return rng.choice(spots).format(
        stem=stem, road=road, other=other, n=rng.randint(1, 288), b=rng.randint(1, 32), u=rng.randint(1, 4)
    )


def title(rng: Random, name: str, sample: str, place: str) -> str:
    """Return the line a list shows: the place, and the matter by its name or by what was seen."""
    short = re.sub(r"[（(].*?[）)]", "", name)
    seen = re.split("[，。！？；]", sample)[0]
    if rng.random() < 0.5 or len(seen) > 22 or seen.startswith(("想", "这", "村", "家")):
        return f"{place}{short}"[:TITLE_LIMIT]
    return f"{place} · {seen}"[:TITLE_LIMIT]


def text(rng: Random, channel: Channel, template: str, sample: str, place: str) -> str:
    """Return what was told: where, what (the sample), and a word more or less."""
    opening = rng.choice(OPENINGS[channel]).format(place=place)
    is_at_home = channel is Channel.GRID and template[:1] in AT_HOME
    ending = rng.choice(LISTENED if is_at_home else ENDINGS.get(channel, PLAIN_ENDINGS))
    return f"{opening}{sample}{ending}"


def contact(rng: Random) -> tuple[str, str]:
    """Return the name and telephone number of nobody."""
    return f"{rng.choice(SURNAMES)}某", f"138 0000 {rng.randrange(10_000):04d}"


# --- words written with an act ---------------------------------------------------------------------------

HANDLED: Mapping[str, Sequence[str]] = {
    "A": (
        "已上门听双方说明情况，达成口头协议，双方签字。",
        "组织双方到场调解，就费用分担达成一致，已登记。",
        "已电话联系双方，约定整改期限，双方认可。",
    ),
    "B": (
        "隐患已当场消除，责任人已签收整改通知。",
        "已清理并恢复原状，现场已向住户说明。",
        "已更换损坏部件，试用正常，台账已登记。",
    ),
    "C": (
        "现场已清理，地面已冲洗，周边一并整理。",
        "已劝离并恢复秩序，商户签了门前责任书。",
        "已到场处理，附近路段一并巡查，未见同类情况。",
    ),
    "D": (
        "已修复，现场围挡已撤除。",
        "更换配件后恢复正常，夜间复看无异常。",
        "已抢修完成，路面恢复通行。",
    ),
    "E": (
        "已清理打捞，岸边一并保洁。",
        "已到场制止并责令改正，现场恢复。",
        "已查明来源，责令当天整改，复看达标。",
    ),
    "F": (
        "已与申请人联系，材料齐全，已提交办理。",
        "已电话答复，申请人表示清楚。",
        "已上门代办，回执已交申请人。",
    ),
    "G": ("已到场查看，隐患点已整改，加密巡查。", "已核查处置，情况属实部分已整改。"),
    "H": ("险情已排除，现场已解除警戒。", "已抢险完成，人员安全，道路恢复通行。"),
    "I": ("已在公开栏补充公示，并向反映人说明。", "已召开村民代表会议答复，形成记录。", "已维修完毕，恢复使用。"),
}
SETTLED = ("现场已清理干净。", "已当场整理归位。", "已劝导当事人自行清理，现场恢复。", "已当场答复，反映人认可。")
PROGRESS = (
    "已到现场查看，材料已报购，明天施工。",
    "已联系责任人，约定两天内整改完成。",
    "已完成一半，剩余部分待天晴后施工。",
    "已与物业对接，等对方提供资料。",
)
REASONS: Mapping[Act, Sequence[str]] = {
    Act.DENY: (
        "到现场看过，没有发现所说的情况。",
        "已联系反映人，问题此前已解决。",
        "按所给位置找不到，电话也未接通。",
    ),
    Act.REDO: ("照片看不清整改部位，请补拍同角度照片。", "只处理了一半，请继续完成。", "处置说明太简单，请补充经过。"),
    Act.REWORK: ("现场看还有残留，请再处理一次。", "同一位置又出现，请查明原因。", "修补处已松动，请重新处理。"),
    Act.PROPOSE_VOID: ("重复误报，同一事项已另行受理。", "误点上报，现场没有问题。", "演练时录入的事项。"),
    Act.REOPEN: ("反映人说问题又出现了，现场核实属实。", "回访中反映人表示没有解决。"),
    Act.REINSTATE: ("反映人补充了材料，复议后恢复办理。",),
}
RETURNS = (
    (Ground.NOT_OURS, "现场核对不属本单位管理范围，建议改派主管单位。"),
    (Ground.NOT_OURS, "该设施产权不在本单位，附产权单位名称。"),
    (Ground.UNCLEAR, "位置与描述不符，无法确定责任单位。"),
)
REFUSALS = (
    (Ground.NOT_OURS, "不属本级职责，已向反映人说明。", "衢州市人力资源和社会保障局窗口"),
    (Ground.PETITION, "属信访事项，应按信访条例办理。", "县（市、区）信访局来访接待窗口"),
    (Ground.IN_LITIGATION, "法院已受理同一纠纷。", "向受理法院查询进度"),
    (Ground.DUPLICATE, "与在办事项重复，已并告反映人。", "凭原事项编号查询"),
    (Ground.SETTLED, "此前已有终结结论。", "不服结论的，可依法申请行政复议"),
)
TRANSFERS = {
    "110": (Ground.EMERGENCY, "属 110 出警范围，已当即转告。", "拨打 110"),
    "119": (Ground.EMERGENCY, "属 119 救援范围，已当即转告。", "拨打 119"),
}
UNFOUNDED = (Ground.UNCLEAR, "核实后情况不实，已告知反映人。", "有新情况可再次上报")
SPECIAL = {"special": "涉及旧城改造，纳入整体改造计划解决。", "mistake": "派单有误，已由正确事项办理完毕。"}


RULINGS = (
    "对照职责清单，确属派错，改派主管单位。",
    "现场核对属实，异议成立。",
    "权属资料清楚，按权属单位派遣。",
)
MORE_TIME = (
    "连日降雨无法施工，申请延期。",
    "配件需要订货，到货后立即更换。",
    "涉及多户协商，需要更多时间。",
)
HOLDS = (
    ("season", "汛期水位高，待水退后施工。"),
    ("planning", "已纳入道路改造计划，待计划批复。"),
    ("ownership", "产权正在核定，核定后处理。"),
    ("funds", "待本年度第二批资金下达。"),
)
JOIN = "现场需要配合断电、清障，请协助。"
WHISTLE = "多部门职责交叉，请到现场会商。"
ADVICE = ("由我单位先做现场防护。", "管线部分由我单位负责迁改。", "执法部分由我单位立案查处。")
RATINGS = (
    (
        ("very_satisfied", True),
        ("satisfied", True),
        ("fairly", True),
        ("fairly", False),
        ("dissatisfied", False),
    ),
    (42, 38, 12, 3, 5),
)
UNSOLVED = ("处理后没几天又是老样子。", "只修了一半，另一头还没动。", "没有人到现场看过。")
REPLIES = (
    "您反映的问题已处理完毕，感谢您的反映。",
    "承办单位已到现场处理，请您再看看。",
    "已整改到位，后续由网格员定期查看。",
)


def handled(rng: Random, template: str) -> str:
    """Return how the handling is reported."""
    return rng.choice(HANDLED.get(template[:1], HANDLED["C"]))
