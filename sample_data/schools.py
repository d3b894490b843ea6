"""School canteens: who supplies them, and what became of the suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from district import Sheet, TextFile, Workbook, stem_name, uscc, wrong_uscc

if TYPE_CHECKING:
    from district import District, Row

SUPPLIER, SAMPLE = "food/school-supplier-failing", "food/failed-sample-unpunished"
TAX = "assets/farmland-tax-uncollected"
EDUCATION = {"issuer": "示例区教育局", "obtained": "2026-09-27"}
TERM = ("2026-02-20", "2026-07-10")
"""First and last day of the spring term."""
GOOD_SUPPLIERS = 8


@dataclass(frozen=True)
class Sampled:
    """A sample: supplier, day, what failed, who made the food, and the result."""

    number: int
    date: str
    item: str | None = None
    maker: int | None = None
    passed: bool = False


class Canteens:
    """Rows of the registers about suppliers while they are being filled."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.supplies: list[Row] = []
        self.firms: list[Row] = []
        self.licences: list[Row] = []
        self.samples: list[Row] = []
        self.penalties: list[Row] = []
        self.sampled: set[int] = set()

    def supply(
        self,
        school: str,
        code: str,
        term: tuple[str, str | None] = TERM,
        *,
        pupils: int = 640,
        state: str = "",
        why: str = "",
    ) -> None:
        """Add a supply; with a state, what it must be found to be."""
        start, end = term
        amount = round(pupils * 0.0175, 2)
        self.supplies.append([school, code, start, end, pupils, amount])
        if state:
            self.district.plant(SUPPLIER, state, [school, code, start], why)

    def firm(self, number: int, kind: str = "食品", name: str = "") -> str:
        """Add the registration of a supplier; its code."""
        name = name or _name(number, kind)
        addr = f"示例区示例镇配送路{number % 100}号"
        self.firms.append([uscc(number), name, "存续", "2019-06-01", addr])
        return uscc(number)

    def licence(self, number: int, end: str | None, status: str = "有效") -> None:
        """Add a licence to sell food in bulk."""
        no = f"JY1990302{len(self.licences) + 1:07d}"
        addr = f"示例区示例镇配送路{number % 100}号"
        self.licences.append([no, uscc(number), addr, end, "预包装食品销售", status])

    def supplier(self, number: int, end: str | None = "2029-05-31") -> str:
        """Add a supplier that is registered and licensed; its code."""
        self.licence(number, end)
        return self.firm(number)

    def sample(self, sample: Sampled) -> None:
        """Add a sample taken at a supplier."""
        no = f"XYCJ{len(self.samples) + 1:05d}"
        failed = sample.item is not None and not sample.passed
        maker = uscc(sample.maker or sample.number)
        result = "不合格" if failed else "合格"
        code = uscc(sample.number)
        self.samples.append([no, code, sample.date, result, sample.item or "/", maker])
        self.sampled.add(sample.number)

    def penalty(self, number: int, date: str, fact: str | None) -> None:
        """Add a penalty of the market regulator."""
        no = f"示市监罚〔{date[:4]}〕校园{len(self.penalties) + 1}号"
        party = _name(number)
        office = "示例区市场监督管理局"
        if fact is None:
            key = ["违法占地处罚", no]
            self.district.plant(TAX, "unknown", key, "处罚没有写明违法事实")
        self.penalties.append(
            [no, party, uscc(number), fact, "罚款", 5000, date, office]
        )

    def unanswered(self, number: int, state: str, why: str) -> None:
        """Note what a failed sample without penalty is for the model of samples."""
        self.district.plant(SAMPLE, state, [uscc(number)], why)


def _name(number: int, kind: str = "食品") -> str:
    return f"示例{stem_name(number % 60)}{kind}配送有限公司"


def build_schools(district: District) -> None:
    """Add the suppliers of canteens and what other registers know about them."""
    canteens = Canteens(district)
    _everyday(canteens)
    _failed(canteens)
    _penalised(canteens)
    _licensed(canteens)
    _undecided(canteens)
    unpunished = sum(
        len([k for k, _ in found if k[0] in {uscc(n) for n in canteens.sampled}])
        for found in district.planted[SAMPLE].values()
    )
    district.clear[SAMPLE] += len(canteens.sampled) - unpunished
    _write(canteens)


def _everyday(canteens: Canteens) -> None:
    codes = [canteens.supplier(5100 + i) for i in range(1, GOOD_SUPPLIERS + 1)]
    for i in range(GOOD_SUPPLIERS):
        canteens.sample(Sampled(5101 + i, f"2026-0{3 + i % 4}-1{i}"))
    for i in range(36):
        school = f"示例{stem_name(i % 12)}小学"
        pupils = 280 + 65 * (i % 12)
        canteens.supply(school, codes[(i % 12 + 3 * (i // 12)) % 8], pupils=pupils)


def _failed(canteens: Canteens) -> None:
    """Plant samples that failed, taken at the supplier or made by it."""
    supply, supplier = canteens.supply, canteens.supplier

    code = supplier(5111)
    canteens.sample(Sampled(5111, "2026-03-10", "恩诺沙星"))
    canteens.unanswered(5111, "hit", "校园专项抽检不合格未见处罚")
    term = ("2026-02-20", "2026-12-31")
    why = "兽药残留不合格后仍在向小学供货"
    supply("示例第一小学", code, term, pupils=820, state="hit", why=why)

    canteens.firm(702, "农产品")
    canteens.licence(702, "2028-03-31")
    why = "监督抽检菌落总数不合格，向幼儿园供货"
    supply("示例第一幼儿园", uscc(702), pupils=150, state="hit", why=why)

    for number, date, state in (
        (5114, "2024-02-20", "hit"),
        (5115, "2024-02-19", ""),
        (5116, TERM[1], "hit"),
        (5117, "2026-07-11", ""),
    ):
        code = supplier(number)
        canteens.sample(Sampled(number, date, "铅（以Pb计）"))
        why = "供货起日距不合格恰为二十四个月" if date < TERM[0] else "末日抽检不合格"
        supply("示例第二小学", code, state=state, why=why)

    code = supplier(5118)
    canteens.sample(Sampled(5118, "2026-04-02", "苯甲酸", maker=5119))
    canteens.unanswered(5118, "review", "不合格食品由其他单位生产")
    why = "不合格食品由其他单位生产"
    supply("示例第三小学", code, pupils=510, state="review", why=why)
    why = "在他处抽检不合格的食品由该供应商生产"
    supply("示例第四小学", supplier(5119), pupils=730, state="hit", why=why)

    code = supplier(5122)
    canteens.sample(Sampled(5122, "2026-02-25", "大肠菌群"))
    canteens.sample(Sampled(5122, "2026-03-25", "大肠菌群", passed=True))
    canteens.unanswered(5122, "hit", "不合格未见处罚，其后另一次抽检合格")
    supply("示例第五小学", code, state="review", why="其后同一项目抽检合格")

    code = supplier(5131)
    canteens.sample(Sampled(5131, "2026-08-01", "过氧化值"))
    supply("示例第六小学", code, ("2026-10-08", "2026-12-31"))  # clear: not begun


def _penalised(canteens: Canteens) -> None:
    supply, supplier = canteens.supply, canteens.supplier

    code = supplier(5129)
    canteens.penalty(5129, "2025-11-10", "经营超过保质期的食品")
    supply("示例第七小学", code, pupils=2150, state="hit", why="因过期食品受罚后供货")
    canteens.licence(5135, "2029-01-31")
    supply(
        "示例第八小学", canteens.firm(5135, name=_name(5129))
    )  # clear: of the same name

    code = supplier(5130)
    canteens.penalty(5130, "2025-11-12", "使用未经检定的计量器具")
    supply("示例第九小学", code)  # clear: the penalty is about scales

    code = supplier(5120)
    canteens.sample(Sampled(5120, "2026-04-03", "标签"))
    canteens.penalty(5120, "2026-06-11", "经营标签不符合规定的食品")
    why = "抽检和处罚均只涉标签"
    supply("示例第十小学", code, state="review", why=why)

    code = supplier(5121)
    canteens.penalty(5121, "2026-03-16", None)
    why = "处罚记录没有违法事实"
    supply("示例第十一小学", code, state="review", why=why)


def _licensed(canteens: Canteens) -> None:
    supply, supplier = canteens.supply, canteens.supplier
    code = supplier(5125, "2026-05-31")
    supply("示例实验小学", code, pupils=1260, state="hit", why="学期中许可证到期")
    supply("示例实验中学", supplier(5126, TERM[1]))  # clear: ends on the last day
    why = "供货末日前一日许可证到期"
    supply("示例第二中学", supplier(5127, "2026-07-09"), state="hit", why=why)
    supply("示例第三中学", supplier(5139, "2026-09-30"), ("2026-02-20", "2026-12-31"))
    # clear: valid on the day of screening, which ends what is known of the supply

    code = supplier(5128, "2026-04-30")
    canteens.sample(Sampled(5128, "2026-04-09", "净含量"))
    canteens.penalty(5128, "2026-06-18", "食品净含量标注不符合规定")
    why = "许可证到期，标签净含量问题不影响列入"
    supply("示例第四中学", code, state="hit", why=why)

    code = supplier(5136, "2026-03-31")
    canteens.licence(5136, "2031-03-31")
    supply("示例第五中学", code)  # clear: renewed

    why = "登记的农产品供应商查无许可证，可能无需许可"
    code = canteens.firm(5123, "农产品")
    supply("示例第二幼儿园", code, pupils=210, state="review", why=why)

    code = canteens.firm(5124)
    canteens.licence(5124, "2029-02-28", "注销")
    supply("示例第六中学", code, state="review", why="许可证已注销，日期不明")


def _undecided(canteens: Canteens) -> None:
    supply, supplier = canteens.supply, canteens.supplier
    why = "外地供应商不在本地登记和许可数据中"
    supply("示例第七中学", uscc(5132), state="unknown", why=why)

    code = supplier(5133)
    canteens.sample(Sampled(5133, "2026-05-10", "山梨酸"))
    canteens.penalty(5133, "2026-06-25", "经营抽检不合格食品")
    why = "供货止日未填，不合格在供货以后"
    supply("示例第八中学", code, ("2026-02-20", None), state="unknown", why=why)

    code = supplier(5134)
    canteens.sample(Sampled(5134, "2026年7月", "霉菌"))
    canteens.unanswered(5134, "unknown", "抽样日期只写到月，是否满九十日不明")
    term = ("2026-02-20", "2026-07-15")
    why = "抽样日期只写到月，是否在供货期内不明"
    supply("示例第九中学", code, term, state="unknown", why=why)

    canteens.firm(711)
    canteens.licence(711, "2028-08-31")
    term = ("2025-09-01", "2026-01-15")
    why = "抽检不合格在供货以后，处罚日期年份只有两位，先后不明"
    supply("示例第十中学", uscc(711), term, state="unknown", why=why)

    code = supplier(5137, "无")
    supply("示例特殊教育学校", code, state="unknown", why="许可证有效期缺失")


def _write(canteens: Canteens) -> None:
    district = canteens.district
    _write_supplies(canteens)
    head: Row = ["统一社会信用代码", "企业名称", "经营状态", "成立日期", "住所"]
    file = TextFile("数据/食堂供应商登记.csv", [head, *canteens.firms], "gbk")
    district.add("registration", file)
    head = ["许可证编号", "统一社会信用代码", "经营地址", "有效期至"]
    head += ["经营项目", "状态"]
    path = "数据/食堂供应商许可.xlsx"
    rows = [["示例区食堂供应商食品经营许可"] + [None] * 5, head, *canteens.licences]
    district.add("food_licence", Workbook(path, [Sheet("许可", rows)]))
    head = ["报告编号", "统一社会信用代码", "抽样日期", "检验结论", "不合格项目"]
    head += ["生产者统一社会信用代码"]
    path = "数据/校园食品专项抽检.csv"
    file = TextFile(path, [head, *canteens.samples], "utf-8-sig")
    district.add("sampling", file)
    head = ["处罚决定书文号", "行政相对人名称", "统一社会信用代码", "违法事实"]
    head += ["处罚内容", "罚款金额(元)", "处罚日期", "处罚机关"]
    path = "数据/校园食品处罚.csv"
    district.add("penalty", TextFile(path, [head, *canteens.penalties], "gb18030"))


def _write_supplies(canteens: Canteens) -> None:
    """Write the ledger of the education bureau; its header has two rows."""
    district = canteens.district
    path = "数据/学校食堂供应商台账.xlsx"
    top: list[Row] = [
        ["示例区学校食堂大宗食材供应商台账"] + [None] * 5,
        ["学校", "供应商统一社会信用代码", "供货时间", None, "就餐学生数", "采购"],
        [None, None, "供货起", "供货止", None, "金额(万元)"],
    ]
    merges = [(0, 0, 0, 5), (1, 2, 1, 3)] + [(1, c, 2, c) for c in (0, 1, 4)]
    rows = [*top, *canteens.supplies]
    rows.append(["示例民办小学", wrong_uscc(5138), *TERM, 320, 5.6])
    why = "供应商代码校验位有误"
    district.mark(path, len(rows), "checksum", why, "supplier_uscc")
    why = "供应商代码有误，不能与其他数据核对"
    district.plant(SUPPLIER, "unknown", ["示例民办小学", None, TERM[0]], why)
    rows.append(list(rows[5]))
    district.mark(path, len(rows), "duplicate", "同一供应商录入两次")
    total = sum(float(str(row[5])) for row in rows[3:])
    rows.append(["合计", None, None, None, None, round(total, 2)])
    book = Workbook(path, [Sheet("供应商", rows, merges)])
    district.add("canteen_supply", book, **EDUCATION)
    district.settle(SUPPLIER, len(canteens.supplies) + 1)
