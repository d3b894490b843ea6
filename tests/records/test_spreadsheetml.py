import pandas as pd
import pytest

from pil_discovery.errors import ReadError
from pil_discovery.records import read_table
from pil_discovery.records.spreadsheetml import read_spreadsheetml
from tests.records.data import CATALOGUE, balanced

OFFICE = "urn:schemas-microsoft-com:office"
BOOK = f"""<?xml version="1.0" encoding="GB2312"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="{OFFICE}:spreadsheet" xmlns:ss="{OFFICE}:spreadsheet"
 xmlns:x="{OFFICE}:excel">
%s<Worksheet ss:Name="台账"><Table ss:ExpandedColumnCount="4">
<Row><Cell ss:MergeAcross="3"><Data ss:Type="String">2024年台账</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">合同编号</Data></Cell>
<Cell><ss:Data ss:Type="String"><B>受让</B>人</ss:Data></Cell>
<Cell><Data ss:Type="String">成交价</Data></Cell>
<Cell><Data ss:Type="String">签订日期</Data></Cell></Row>
<Row ss:Index="5"><Cell><Data ss:Type="Number">1001</Data>
<Comment><ss:Data>批注</ss:Data></Comment></Cell>
<Cell ss:Index="3" ss:Formula="=1/0"><Data ss:Type="Error">#DIV/0!</Data></Cell>
<Cell><Data ss:Type="DateTime">2024-03-01T00:00:00.000</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">HT-2</Data></Cell>
<Cell><Data ss:Type="Boolean">1</Data></Cell>
<Cell><Data ss:Type="Number">1.5</Data></Cell>
<Cell><Data ss:Type="Number">43890</Data></Cell></Row>
</Table></Worksheet>
<Worksheet ss:Name="底稿"><Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row>
</Table><WorksheetOptions xmlns="{OFFICE}:excel"><Visible>SheetHidden</Visible>
</WorksheetOptions></Worksheet></Workbook>"""
FROM_1904 = "<x:ExcelWorkbook><x:Date1904/></x:ExcelWorkbook>\n"


def saved(tmp_path, text):
    path = tmp_path / "导出.xls"
    path.write_bytes(text.encode("gbk"))
    return path


def test_a_workbook_as_xml(tmp_path):
    table = read_table(saved(tmp_path, BOOK % ""), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["1001", "HT-2"]
    assert table.frame["grantee"].tolist()[1] == "TRUE"
    assert table.frame["sign_date"].tolist() == [
        pd.Timestamp("2024-03-01"),
        pd.Timestamp("2020-02-29"),
    ]
    assert table.frame["_row"].tolist() == [5, 6]
    assert table.quarantine["value"].tolist() == ["#DIV/0!"]
    assert any("隐藏" in i.what and i.value == "底稿" for i in table.report.inferences)
    assert balanced(table)


def test_plain_day_numbers_count_from_1904_where_the_workbook_says_so(tmp_path):
    table = read_table(saved(tmp_path, BOOK % FROM_1904), CATALOGUE)
    assert table.frame["sign_date"].tolist() == [pd.Timestamp("2024-03-01")] * 2


def test_a_sheet_is_chosen_by_name(tmp_path):
    path = saved(tmp_path, BOOK % "")
    with pytest.raises(ReadError, match="台账"):
        read_table(path, CATALOGUE, sheet="台帐")
    with pytest.raises(ReadError, match="认不出"):
        read_table(path, CATALOGUE, sheet="底稿")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Workbook", '<!DOCTYPE W [<!ENTITY a "b">]>\n<Workbook'),
        ("<Workbook", '<!DOCTYPE W SYSTEM "file:///etc/passwd">\n<Workbook'),
        ('ss:Index="5"', 'ss:Index="99999999"'),
        ('ss:Index="3"', 'ss:Index="0"'),
        ("</Workbook>", ""),
        ("Table", "Tabelle"),
    ],
)
def test_what_could_do_harm_or_is_broken_is_refused(old, new):
    text = (BOOK % "").replace(old, new, 1)
    with pytest.raises(ReadError, match="打不开") as caught:
        read_spreadsheetml(text, "f")
    assert caught.value.problems[0].remedy
