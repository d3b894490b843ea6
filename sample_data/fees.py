"""State revenue: off-site air-defence fee, soil-conservation fee."""

from __future__ import annotations

from typing import TYPE_CHECKING

from district import Sheet, TextFile, Workbook, firm

if TYPE_CHECKING:
    from district import District, Row

SHELTER, SOIL = "assets/airdefence-fee-unpaid", "assets/soil-conservation-fee-unpaid"


def build_fees(district: District) -> None:
    """Add both ledgers and the register of investment projects."""
    _shelters(district)
    _soil(district)


def _shelters(district: District) -> None:
    """Rows: project, required, built, due and paid (yuan), relief, issue date."""
    plain = [
        (f"示例人防项目{i}", 900.0 + 50 * i, 0.0, 1_800_000 + 100_000 * i, None, None)
        for i in range(1, 13)
    ]
    cases: list[tuple[object, ...]] = [
        (
            "示例人防甲项目",
            3200.0,
            0.0,
            6_400_000,
            0,
            None,
            "hit",
            "许可已发、已开工，分文未缴",
        ),
        (
            "示例人防乙项目",
            2400.0,
            800.0,
            3_200_000,
            1_000_000,
            None,
            "hit",
            "只缴三成",
        ),
        (
            "示例人防丙项目",
            1000.0,
            0.0,
            2_000_000,
            1_999_000,
            None,
            "hit",
            "尾欠恰为一千元",
        ),
        ("示例人防丁项目", 1000.0, 0.0, 2_000_000, 1_999_100, None, "", "尾欠九百元"),
        (
            "示例人防戊项目",
            1500.0,
            0.0,
            3_000_000,
            0,
            "示人防减〔2024〕示例6号",
            "dropped",
            "有减免批文",
        ),
        (
            "示例标准厂房二期",
            1200.0,
            0.0,
            2_400_000,
            0,
            "无",
            "review",
            "工业厂房，可能不属应建范围",
        ),
        (
            "示例第一小学教学楼",
            700.0,
            0.0,
            1_400_000,
            0,
            "/",
            "review",
            "学校未见减免批文",
        ),
        ("示例花园", 1800.0, 3000.0, 0, 0, None, "", "一期多建"),
        (
            "示例花园",
            1200.0,
            0.0,
            2_400_000,
            0,
            None,
            "review",
            "同一项目一期已集中建足",
        ),
        (
            "示例人防己项目",
            1600.0,
            0.0,
            3_200_000,
            0,
            None,
            "review",
            "规划许可日期缺失，以同名项目开工日期代替",
        ),
        (
            "示例人防庚项目",
            1600.0,
            None,
            3_200_000,
            0,
            None,
            "unknown",
            "竣工人防面积未填",
        ),
        (
            "示例人防辛项目",
            1600.0,
            0.0,
            3_200_000,
            "约一百余万",
            None,
            "unknown",
            "实缴金额无法读取",
        ),
        (
            "示例人防壬项目",
            1600.0,
            0.0,
            3_200_000,
            0,
            None,
            "unknown",
            "许可日期和开工日期都没有",
        ),
        ("示例人防癸项目", 1600.0, 0.0, 3_200_000, 0, None, "", "许可发出不足三十日"),
        (
            "示例人防子项目",
            1100.0,
            0.0,
            2_200_000,
            0,
            None,
            "hit",
            "许可发出满三十一日仍未缴",
        ),
    ]
    dates = {"己": None, "壬": None, "癸": "2026-09-10", "子": "2026-08-30"}
    rows: list[Row] = [
        ["示例区人防工程易地建设费台账"] + [None] * 6,
        [
            "规划许可证号",
            "项目名称",
            "应建面积(㎡)",
            "竣工备案人防面积(㎡)",
            "应缴易地建设费(万元)",
            "实缴金额(万元)",
            "减免批文",
        ],
    ]
    path = "数据/人防易地建设费台账.xlsx"
    for i, (name, required, built, due, _, relief) in enumerate(plain, 1):
        paid = due / 10000
        done = 1500.0 if i % 4 == 0 else built
        rows.append([_permit(i), name, required, done, due / 10000, paid, relief])
    for j, (name, required, built, due, paid, relief, state, why) in enumerate(cases):
        number = len(plain) + 1 + j
        shown = paid if isinstance(paid, str) else float(paid) / 10000  # type: ignore[arg-type]
        rows.append(
            [_permit(number), name, required, built, float(due) / 10000, shown, relief]  # type: ignore[arg-type,list-item]
        )
        if isinstance(paid, str):
            district.mark(path, len(rows), "type", "实缴金额写的是文字", "paid_cny")
        if state:
            district.plant(SHELTER, str(state), _permit(number), str(why))
        letter = str(name)[4] if str(name).startswith("示例人防") else ""
        if letter in dates:
            district.cad_dates[number] = dates[letter]
    total = sum(float(r[4]) for r in rows[2:])  # type: ignore[arg-type]
    rows.append(["合计", None, None, None, total, None, None])
    rows.append(["注：金额单位为万元"] + [None] * 6)
    district.add("cad_case", Workbook(path, [Sheet("易地建设费", rows)]))
    district.settle(SHELTER, len(plain) + len(cases))


def _permit(number: int) -> str:
    return f"建字第990302R{number:03d}号"


def _soil(district: District) -> None:  # noqa: C901 - a list of cases
    projects: list[Row] = [
        ["项目代码", "项目名称", "统一社会信用代码", "用地面积(亩)", "开工日期"]
    ]
    plans: list[Row] = [
        [
            "项目名称",
            "统一社会信用代码",
            "方案批复日期",
            "应缴金额（元）",
            "实缴金额（元）",
            "缴纳日期",
        ]
    ]
    count = 0

    def project(name: str, code: str | None, start: str | None, mu: float = 60) -> None:
        number = f"2401-990302-04-01-{len(projects):06d}"
        projects.append([number, name, code, mu, start])

    def plan(name: str, code: str | None, due: object, paid: object) -> None:
        plans.append([name, code, "2024年2月20日", due, paid, "2024-04-01"])  # type: ignore[list-item]

    for i in range(1, 15):
        name, code = f"示例建设项目{i}", firm(500 + i, "建设").code
        project(name, code, f"202{2 + i % 4}-0{1 + i % 9}-11")
        plan(name, code, f"{40000 + 3100 * i:,}", f"{40000 + 3100 * i:,}")
        count += 1
    cases: list[tuple[str, str | None, object, object, str, str]] = [
        ("示例工业园甲", "2024-05-01", 480_000, 0, "hit", "方案已批、已开工，分文未缴"),
        ("示例物流园乙", "2025-03-01", 320_000, 120_000, "hit", "只缴一部分"),
        ("示例产业园丙", "2024-08-01", None, None, "hit", "已开工而无方案"),
        ("示例商贸城丁", "2024-06-01", 90_000, 89_000, "hit", "尾欠恰为一千元"),
        ("示例商贸城戊", "2024-06-01", 90_000, 89_001, "", "尾欠不足一千元"),
        ("示例镇中心卫生院迁建", "2025-01-10", 60_000, 0, "review", "医院可能免征"),
        (
            "示例便民服务点",
            "2025-04-01",
            None,
            None,
            "review",
            "占地很小，可能不需方案",
        ),
        ("示例仓储中心己", "2025-02-30", 150_000, 0, "unknown", "开工日期不存在"),
        ("示例仓储中心庚", "2025-02-20", "待核定", 0, "unknown", "应缴金额未核定"),
        ("示例仓储中心辛", "2026-12-01", 150_000, 0, "", "尚未开工"),
    ]
    for j, (name, start, due, paid, state, why) in enumerate(cases):
        code = firm(530 + j, "实业").code
        project(name, code, start, 5.2 if "便民" in name else 75)
        if start == "2025-02-30":
            district.mark(
                "数据/投资项目备案.csv",
                len(projects),
                "date",
                "没有这一天",
                "start_date",
            )
        if due is not None:
            plan(name, code, due, paid)
        if due == "待核定":
            district.mark(
                "数据/水土保持方案.xlsx",
                len(plans) + 1,
                "type",
                "金额栏写的是文字",
                "due_cny",
            )
        if state:
            district.plant(SOIL, state, [code, name], why)
        count += 1
    # another name of the same firm's project; the same name under another firm
    code = firm(550, "实业").code
    project("示例科技园壬（一期）", code, "2024-09-01")
    project("示例科技园壬附属用房", code, "2024-09-01")
    plan("示例科技园壬一期", code, 200_000, 200_000)
    district.plant(
        SOIL, "review", [code, "示例科技园壬附属用房"], "同一单位另有名称不同的方案"
    )
    other, first = firm(551, "实业").code, firm(552, "实业").code
    project("示例酒店癸", other, "2024-10-01")
    project("示例酒店癸", first, "2026-11-01")
    plan("示例酒店癸", first, 110_000, 110_000)
    district.plant(SOIL, "review", [other, "示例酒店癸"], "同名方案登记在其他单位名下")
    count += 4
    district.add("project_register", TextFile("数据/投资项目备案.csv", projects, "gbk"))
    titled: list[Row] = [
        ["示例区水土保持方案审批及补偿费征收情况"] + [None] * 5,
        *plans,
    ]
    district.add(
        "swc_plan", Workbook("数据/水土保持方案.xlsx", [Sheet("水保", titled)])
    )
    district.settle(SOIL, count)
