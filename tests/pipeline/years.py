"""A ledger over two years: what the papers of a year are counted from."""

import datetime as dt

from pil_discovery.pipeline.cases import open_case, open_ledger, record_event

LAND, FINANCE = "示例区自然资源和规划局", "示例区财政局"
TWO = ("张三丰", "李四光")
NAMES = (
    "示例甲置业",
    "赵六顺",
    "张三丰",
    "李四光",
    "王五一",
    LAND,
    FINANCE,
    "示例甲镇",
)
PHONE, RESIDENT = "13812345678", "330302199001011234"


class Books:
    """Opens and records without the command line."""

    def __init__(self, path):
        self.path = path
        self.ledger = open_ledger(path)
        self.case = ""

    def open(self, day, *, agency=LAND, matter="land.price-overdue", **more):
        told = {
            "track": "admin",
            "title": "示例区示例甲镇示例甲置业欠缴价款案",
            "fact_date": dt.date.fromisoformat(day) - dt.timedelta(60),
            "on": dt.date.fromisoformat(day),
            "by": "张三丰",
        }
        told |= {"agency": agency, "matter": matter} | more
        self.case = open_case(self.ledger, **told).id
        return self.case

    def record(self, event, day, **fields):
        pairs = [
            (key, one)
            for key, value in fields.items()
            for one in (value if isinstance(value, tuple) else (value,))
        ]
        on = dt.date.fromisoformat(day)
        record_event(self.ledger, self.case, event, on=on, by="张三丰", fields=pairs)

    def served(self, month):
        """Take an opened case to a suggestion served on the 25th of a month."""
        agency = self.ledger.cases()[self.case].agency
        day = f"{month}-"
        self.record("lead.assess", day + "03", truth="yes", checkable="yes")
        self.record(
            "filing.decide",
            day + "05",
            decision="file",
            approved_by="检察长王五一",
            harm=f"示例甲置业欠缴价款，联系电话{PHONE}",
            default="逾期未催缴",
        )
        self.record("filing.serve", day + "06", received_by="赵六顺")
        self.record("investigation.plan", day + "09", plan="调查方案")
        self.record(
            "evidence.add", day + "10", type="书证", source="调取", collector=TWO
        )
        self.record("investigation.end", day + "20", report="报告", proposal="suggest")
        self.record(
            "suggestion.decide",
            day + "24",
            agency=agency,
            source="大数据筛查",
            harm=f"示例甲置业（法定代表人身份证号{RESIDENT}）欠缴",
            default_facts="逾期未催缴",
            legal_basis=("bud-55",),
            content="依法追缴欠缴的土地出让价款",
            rectify_by="2个月",
            other="无",
            claim="判令被告依法履行土地出让价款催缴职责",
            approved_by="检察长王五一",
        )
        self.record("suggestion.serve", day + "25", received_by="赵六顺")


def two_years(path):
    """Five cases: one of 2025 never answered, four of 2026 in different states."""
    books = Books(path)
    books.cases = [books.open("2025-03-02")]
    books.served("2025-03")
    for month, agency, matter, reply in (
        ("2026-01", LAND, "land.price-overdue", "2026-03-20"),
        ("2026-02", LAND, "land.idle", "2026-06-30"),
        ("2026-03", FINANCE, "land.price-overdue", None),
        ("2026-11", FINANCE, "asset.fine-unpaid", None),
    ):
        books.cases.append(books.open(f"{month}-02", agency=agency, matter=matter))
        books.served(month)
        if reply:
            books.record(
                "agency.reply", reply, measure=f"示例甲置业已缴清，电话{PHONE}"
            )
    books.case = books.cases[1]
    for day, outcome, amount in (
        ("2026-04-01", "partial", "3,000,000"),
        ("2026-07-01", "restored", "8123456.50"),
    ):
        books.record(
            "followup.check",
            day,
            outcome=outcome,
            collector=TWO,
            recovered_cny=amount,
            recovered_m2="12001.5",
        )
    books.case = books.cases[2]
    books.record("note.add", "2026-08-01", text="金额待核", recovered_cny="约三万")
    return books
