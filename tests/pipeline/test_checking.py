import sys

import pytest
import python_calamine

from pil_discovery.errors import CatalogError, WorkspaceError
from pil_discovery.pipeline.checking import check_workspace
from pil_discovery.pipeline.files import read_records
from pil_discovery.pipeline.flow import scan
from pil_discovery.pipeline.reading import open_workspace

HEAD = (
    'name: 试\nas_of: 2026-09-30\njurisdiction: "990302"\n'
    "office: {name: 示例区人民检察院}\n"
)


def test_the_models_of_the_workspace_are_looked_at_and_no_others(tmp_path):
    file = tmp_path / "pil.yaml"
    file.write_text(f"{HEAD}models: []\n", encoding="utf-8")
    found = check_workspace(tmp_path)
    assert found.models == []
    assert [str(p) for p in found.problems] == [
        "pil.yaml：models：没有写任何模型；请写 models: [builtin]"
    ]
    file.write_text(HEAD, encoding="utf-8")
    assert {"LAND-01"} <= {m["code"] for m in check_workspace(tmp_path).models}


def test_a_broken_local_model_is_seen_by_the_check(tmp_path):
    (tmp_path / "本地").mkdir()
    (tmp_path / "本地" / "x.yaml").write_text("id: x\n", encoding="utf-8")
    (tmp_path / "pil.yaml").write_text(f"{HEAD}models: [本地]\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"本地/x\.yaml"):
        check_workspace(tmp_path)


CONTRACTS = (
    "合同编号,受让人,出让面积(平方米),成交价(万元),签定日期\n"
    "HT-1,甲公司,1000,35,2024-01-02\nHT-2,乙公司,2000,70,2024-02-02\n"
)
PRICED = (
    "合同编号,成交价,出让面积(公顷),单价(元/平方米)\n"
    "HT-1,120,0.1,1200\nHT-2,200.04,0.25005,800\nHT-3,28.5075,0.03,950.25\n"
)
TIE = "合同编号,应缴金额,实缴金额\nHT-1,1,2\nHT-2,3,4\n"
opened: list[str] = []


def note_opening(event, args):
    if event == "open" and isinstance(args[0], str):
        opened.append(args[0])


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def states(found):
    return {f["file"]: f["state"] for f in found.files}


def sheets_of(path):
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_folder_without_pil_yaml_gets_one_that_a_scan_can_run_on(tmp_path):
    write(tmp_path, 合同_dot_csv=CONTRACTS)
    found = check_workspace(tmp_path)
    text = (tmp_path / "pil.yaml").read_text("utf-8")
    assert "dataset: land_contract" in text
    assert '    # columns: {"签定日期": sign_date}' in text
    assert open_workspace(tmp_path).records[0].columns == {}
    assert {q["key"] for q in found.questions} == {"columns", "jurisdiction", "office"}
    again = check_workspace(tmp_path)
    assert again.problems == []
    answered = (
        text.replace("    # columns", "    columns")
        .replace("000000", "990302")
        .replace("请填写人民检察院全称", "示例区人民检察院")
    )
    (tmp_path / "pil.yaml").write_text(answered, encoding="utf-8")
    settled = check_workspace(tmp_path)
    assert (settled.problems, settled.questions) == ([], [])
    assert scan(tmp_path).run["sources"][0]["rows_used"] == 2


def test_a_contradicted_unit_is_asked_and_its_answer_settles_it(tmp_path):
    write(tmp_path, 单价_dot_csv=PRICED)
    found = check_workspace(tmp_path)
    (unit,) = [q for q in found.questions if q["key"] == "units"]
    assert (unit["name"], unit["value"], unit["asks"]) == (
        "price_total_cny",
        "万元",
        True,
    )
    assert any(p.where == "units.price_total_cny" for p in found.problems)
    assert found.overviews[0]["missing"]["price_total_cny"] == "1.0000"
    text = (tmp_path / "pil.yaml").read_text("utf-8")
    answered = text.replace("    # units:", "    units:")
    (tmp_path / "pil.yaml").write_text(answered, encoding="utf-8")
    settled = check_workspace(tmp_path)
    assert settled.problems == []
    assert settled.overviews[0]["missing"]["price_total_cny"] == "0.0000"


def test_a_tie_is_asked_once_and_named_in_a_comment(tmp_path):
    write(tmp_path, 甲_dot_csv=TIE, 乙_dot_csv=CONTRACTS)
    found = check_workspace(tmp_path)
    (tie,) = [p for p in found.problems if p.file == "甲.csv"]
    assert "land_instalment" in tie.what
    assert "land_payment" in tie.what
    assert states(found) == {"甲.csv": "asked", "乙.csv": "used"}
    text = (tmp_path / "pil.yaml").read_text("utf-8")
    assert '  #   file: "甲.csv"' in text
    assert [e.file for e in open_workspace(tmp_path).records] == ["乙.csv"]


def test_an_unknown_file_gets_the_skeleton_of_its_columns(tmp_path):
    write(tmp_path, 怪_dot_csv="子目,丑目\n1,2\n3,4\n")
    found = check_workspace(tmp_path)
    assert "认不出" in found.problems[0].what
    text = (tmp_path / "pil.yaml").read_text("utf-8")
    assert '  #   columns: {"子目": "?", "丑目": "?"}' in text
    assert open_workspace(tmp_path).records == ()


def test_a_header_cannot_break_out_of_a_comment(tmp_path):
    header = '"签定\u2028日期\nmodels: [x]"'
    write(tmp_path, 合同_dot_csv=f"合同编号,受让人,{header}\nHT-1,甲,2024-01-02\n")
    check_workspace(tmp_path)
    assert open_workspace(tmp_path).models == ("builtin",)


def test_every_file_is_listed_and_what_is_no_data_file_is_said(tmp_path):
    write(
        tmp_path,
        数据__深__合同_dot_csv=CONTRACTS,
        说明_dot_docx="x",
        图_dot_dwg="x",
        _dot_hidden="x",
    )
    (tmp_path / "~$合同.xlsx").write_bytes(b"x")
    found = check_workspace(tmp_path)
    assert states(found) == {
        "数据/深/合同.csv": "used",
        "说明.docx": "foreign",
        "图.dwg": "foreign",
    }


def test_a_folder_without_data_says_so(tmp_path):
    with pytest.raises(WorkspaceError, match="没有数据文件"):
        check_workspace(tmp_path)
    write(tmp_path, 说明_dot_docx="x")
    with pytest.raises(WorkspaceError, match=r"说明\.docx"):
        check_workspace(tmp_path)


def test_a_file_in_gbk_gets_its_encoding_written_down(tmp_path):
    (tmp_path / "合同.csv").write_bytes(CONTRACTS.encode("gb18030"))
    check_workspace(tmp_path)
    assert open_workspace(tmp_path).records[0].encoding == "gb18030"


def test_a_check_opens_a_file_no_more_often_than_a_plain_reading(tmp_path):
    write(tmp_path, 合同_dot_csv=CONTRACTS)
    path = str(tmp_path / "合同.csv")
    sys.addaudithook(note_opening)
    opened.clear()
    read_records(path)
    plain = opened.count(path)
    opened.clear()
    check_workspace(tmp_path)
    assert opened.count(path) == plain + 1  # its first and last MiB make the salt
    opened.clear()
    check_workspace(tmp_path)
    assert opened.count(path) == plain


def test_coordinates_without_a_system_are_proposed_but_never_applied(tmp_path):
    text = "排污口编码,排污口名称,经度,纬度\nP1,甲口,120.1,28.2\nP2,乙口,120.2,28.3\n"
    write(tmp_path, 入河排污口_dot_csv=text)
    found = check_workspace(tmp_path)
    (crs,) = [q for q in found.questions if q["key"] == "crs"]
    assert "EPSG:4490" in crs["value"]
    assert open_workspace(tmp_path).records[0].crs is None
    assert states(found) == {"入河排污口.csv": "asked"}


def test_the_workbook_says_it_in_chinese_with_equal_bytes(tmp_path):
    write(tmp_path, 单价_dot_csv=PRICED, 说明_dot_docx="x")
    check_workspace(tmp_path)
    check_workspace(tmp_path)  # the first wrote the pil.yaml that this one reads
    first = (tmp_path / "检查结果.xlsx").read_bytes()
    sheets = sheets_of(tmp_path / "检查结果.xlsx")
    assert {"来源", "问题汇总", "数据概况", "推断", "跳过的行", "模型", "单位"} <= set(
        sheets
    )
    assert {row[2] for row in sheets["模型"][1:]} <= {"可计算", "不可计算", "未启用"}
    assert [row[1] for row in sheets["来源"][1:]] == ["已读取", "不是数据文件"]
    assert len(sheets["单位"]) == 4
    check_workspace(tmp_path)
    assert (tmp_path / "检查结果.xlsx").read_bytes() == first


def test_the_check_tells_how_far_it_is_within_a_file(tmp_path):
    write(tmp_path, 合同_dot_csv=CONTRACTS)
    told = []
    check_workspace(tmp_path, lambda *what: told.append(what))
    size = (tmp_path / "合同.csv").stat().st_size
    assert ("合同.csv", size, size) in told
