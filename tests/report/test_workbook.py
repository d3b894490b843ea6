import re
import shutil
import subprocess
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from pil_discovery.report.workbook import LONGEST_CELL
from pil_discovery.types import UsedRate
from tests.report.builders import HOSTILE, RUN, make_finding, make_lead, write


def rows_of(out, sheet):
    with CalamineWorkbook.from_path(str(out / "leads.xlsx")) as book:
        return book.get_sheet_by_name(sheet).to_python()


def record_of(out, sheet, row=1):
    rows = rows_of(out, sheet)
    return dict(zip(rows[0], rows[row], strict=True))


def xml_of(out, part):
    with zipfile.ZipFile(out / "leads.xlsx") as book:
        return book.read(part).decode()


def test_sheets_and_leads(tmp_path):
    out = write(tmp_path / "out")
    with CalamineWorkbook.from_path(str(out / "leads.xlsx")) as book:
        assert book.sheet_names == [
            "线索",
            "类案成员",
            "筛查结果",
            "模型运行情况",
            "数据来源",
            "隔离数据",
            "说明",
        ]
    lead = record_of(out, "线索")
    assert lead["得分"] == 17.68
    assert lead["主体代码"] == "919903020000000012"
    assert lead["处理意见"] == ""
    assert lead["路线"] == "行政公益诉讼"


def test_four_states_are_told_apart(tmp_path):
    out = write(tmp_path / "out")
    states = [row[3] for row in rows_of(out, "模型运行情况")[1:]]
    assert states == ["已计算", "无法计算"]
    missing = record_of(out, "模型运行情况", 2)["缺少的数据或列"]
    assert missing == "drain_permit.permit_no"
    assert record_of(out, "模型运行情况", 1)["总数"] == 2
    assert record_of(out, "模型运行情况", 2)["总数"] == ""


def test_codes_are_said_in_chinese(tmp_path):
    need = {
        "dataset": "drain_permit",
        "title_zh": "排水许可证",
        "title_en": "Drainage permit",
        "holder": "城管局",
        "placed": False,
        "columns": ["证号（permit_no）"],
    }
    run = {
        **RUN,
        "datasets": {"drain_permit": "排水许可证", "land_contract": "出让合同"},
        "gaps": [{"needs": [need], "models": ["ENV-18"]}],
    }
    out = write(tmp_path / "out", run=run)
    missing = record_of(out, "模型运行情况", 2)["缺少的数据或列"]
    assert missing == "排水许可证（drain_permit.permit_no）"
    gap = record_of(out, "补数据可算")
    assert gap["需要的数据"] == "〈排水许可证〉的列：证号（permit_no）"
    assert (gap["掌握单位"], gap["可多算的模型数"]) == ("城管局", 1)
    assert record_of(out, "数据来源")["数据集"] == "出让合同（land_contract）"
    assert record_of(out, "隔离数据")["类别"] == "日期"


def test_amounts_have_their_title_and_unit(tmp_path):
    out = write(tmp_path / "out")
    assert record_of(out, "线索")["度量"] == "欠缴金额：100,000.00 元"
    told = record_of(out, "筛查结果")["度量"]
    assert told == "欠缴金额：100,000.00 元\n逾期：未知"


def test_nothing_becomes_a_formula_or_a_link(tmp_path):
    title = "=HYPERLINK(1)https://example.invalid"
    out = write(tmp_path / "out", leads=[make_lead(title_zh=title)])
    assert record_of(out, "线索")["线索标题"] == title
    assert record_of(out, "隔离数据")["值"] == "=1+1"
    for number in range(1, 8):
        sheet = xml_of(out, f"xl/worksheets/sheet{number}.xml")
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet


def test_decisions_are_chosen_from_a_list(tmp_path):
    sheet = xml_of(write(tmp_path / "out"), "xl/worksheets/sheet1.xml")
    assert "采纳,待核实,排除" in sheet
    assert "事实不存在" in sheet
    assert "<autoFilter" in sheet
    assert 'state="frozen"' in sheet
    assert "dataBar" in sheet


def test_long_text_is_cut_with_a_word(tmp_path):
    finding = make_finding(sentence_zh=HOSTILE + "长" * 40_000)
    out = write(tmp_path / "out", findings=[finding])
    said = record_of(out, "筛查结果")["情况"]
    assert LONGEST_CELL < len(said) < 32_767
    assert said.endswith("jsonl 文件）")


def test_sources_say_who_gave_them_out_and_what_they_cover(tmp_path):
    out = write(tmp_path / "out")
    source = record_of(out, "数据来源")
    assert source["提供单位"] == source["取得日期"] == "未提供"
    assert source["时段或有效期"] == "数据时段未提供（无日期）"
    assert source["SHA-256"] == "0" * 64
    assert source["出自压缩包"] == ""


def test_the_members_of_a_class_stand_in_a_table_of_their_own(tmp_path):
    one, two, other = make_lead(1), make_lead(2), make_lead(3)
    members = (two.lead_id, one.lead_id)
    group = make_lead(4, kind="class", members=members, title_zh="类案：欠缴")
    out = write(tmp_path / "out", leads=[one, two, other, group])
    rows = rows_of(out, "类案成员")
    head = rows[0].index("成员编号")
    assert [row[head] for row in rows[1:]] == [one.lead_id, two.lead_id]
    assert record_of(out, "类案成员")["类案标题"] == "类案：欠缴"
    assert record_of(out, "线索", 1)["所属类案"] == group.lead_id
    assert record_of(out, "线索", 3)["所属类案"] == ""


def test_leads_that_are_not_listed_have_a_sheet_of_their_own(tmp_path):
    shown, hidden = make_lead(1), make_lead(2, listed=False)
    out = write(tmp_path / "out", leads=[shown, hidden])
    assert len(rows_of(out, "线索")) == 2
    assert record_of(out, "未自动列出")["线索编号"] == hidden.lead_id
    again = write(tmp_path / "again", leads=[shown])
    with CalamineWorkbook.from_path(str(again / "leads.xlsx")) as book:
        assert "未自动列出" not in book.sheet_names


def test_a_finding_names_the_local_value_it_was_computed_with(tmp_path):
    rate = {
        "table": "fee_rate",
        "title": "收费标准",
        "file": "models/vocabulary/fee_rate.yaml",
        "row": 2,
        "division": "9903",
        "category": None,
        "valid_from": "2023-07-01",
        "valid_to": None,
        "value": "2000",
        "unit": "CNY/m2",
        "unit_zh": "元/平方米",
        "fictional": True,
    }
    finding = make_finding(rates=(UsedRate.model_validate(rate),))
    out = write(tmp_path / "out", findings=[finding])
    words = record_of(out, "筛查结果")["所用标准"]
    assert words.startswith(
        "《收费标准》9903，2023-07-01起：2000 元/平方米（虚构的示例值"
    )


def test_every_printed_page_names_its_columns(tmp_path):
    out = write(tmp_path / "out")
    names = xml_of(out, "xl/workbook.xml")
    assert names.count("_xlnm.Print_Titles") == names.count("<sheet ")
    sheet = xml_of(out, "xl/worksheets/sheet1.xml")
    assert 'orientation="landscape"' in sheet
    assert 'fitToWidth="' not in sheet  # one page wide, which is what Excel assumes
    assert 'fitToHeight="0"' in sheet
    assert "线索!$A$1:$L$2" in names


DOMAINS = {"land_transfer": "国有土地使用权出让", "food_drug": "食品/药品: 安全"}


def test_every_field_has_a_sheet_to_share_the_work(tmp_path):
    land, food = make_lead(1), make_lead(2, domain="food_drug")
    run = {**RUN, "domains": DOMAINS}
    out = write(tmp_path / "out", run=run, leads=[land, food])
    with CalamineWorkbook.from_path(str(out / "leads.xlsx")) as book:
        assert book.sheet_names[1:3] == ["国有土地使用权出让", "食品－药品－ 安全"]
    rows = rows_of(out, "国有土地使用权出让")
    assert len(rows) == 2
    assert record_of(out, "国有土地使用权出让")["线索编号"] == land.lead_id
    assert "采纳,待核实,排除" in xml_of(out, "xl/worksheets/sheet2.xml")


def opened_by_libreoffice(path, folder):
    """Return the sheets as LibreOffice reads them and writes them anew."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    kind = "xlsx:Calc MS Excel 2007 XML"
    command = ["soffice", profile, "--headless", "--convert-to", kind]
    done = subprocess.run(
        [*command, "--outdir", folder, path],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    with CalamineWorkbook.from_path(str(folder / path.name)) as book:
        return {n: book.get_sheet_by_name(n).to_python() for n in book.sheet_names}


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_it_as_it_was_written(tmp_path):
    lead = make_lead(subject_code="919903020000000012", title_zh="=1+1")
    run = {**RUN, "domains": DOMAINS}
    out = write(tmp_path / "out", run=run, leads=[lead])
    sheets = opened_by_libreoffice(out / "leads.xlsx", tmp_path)
    with CalamineWorkbook.from_path(str(out / "leads.xlsx")) as book:
        assert list(sheets) == book.sheet_names
    head, row = sheets["线索"]
    there = dict(zip(head, row, strict=True))
    assert there["主体代码"] == "919903020000000012"
    assert there["线索标题"] == "=1+1"
    assert there["得分"] == 17.68
    with zipfile.ZipFile(tmp_path / "leads.xlsx") as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert not re.search(rb"<f[ >]", book.read(name))
