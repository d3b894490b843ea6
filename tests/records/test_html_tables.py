import pytest

from pil_discovery.errors import ReadError
from pil_discovery.records import read_table
from pil_discovery.records.html_tables import read_html
from tests.records.data import CATALOGUE, balanced

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv=Content-Type content="text/html; charset=gb2312">
<style>td {color: red}</style><title>台账</title></head><body>
<script>document.write("<table><tr><td>x</td></tr></table>")</script>
<table border=1><tr><td colspan=4>2024年台账</td></tr>
<tr><th>合同编号<th>受让人<th>成交价<br>(万元)<th>签订日期
<tr><td rowspan=2>HT-1</td><td>=HYPERLINK("http://x","y")</td><td x:num="1.25">1.3</td>
<td>2024-03-01</td></tr>
<tr><td><a href="http://example.invalid/">乙&amp;丙</a></td><td>2</td><td>&nbsp;</td></tr>
</table></body></html>"""


def saved(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "导出.xls"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_a_page_under_the_name_of_a_workbook(tmp_path, encoding):
    page = PAGE.replace("rowspan=2>HT-1", ">HT-1").replace("<td><a", "<td>HT-2<td><a")
    table = read_table(saved(tmp_path, page, encoding), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1", "HT-2"]
    assert table.frame["grantee"].tolist() == ['=HYPERLINK("http://x","y")', "乙&丙"]
    assert table.frame["price_cny"].tolist() == [12500.0, 20000.0]
    assert table.frame["_row"].tolist() == [3, 4]
    assert table.sources[0].encoding == "gb18030"
    assert balanced(table)


def test_spans_are_merged_cells():
    (grid,) = read_html(PAGE, "f")
    assert grid.rows[2][0] == "HT-1"
    assert grid.rows[3][:2] == [None, "乙&丙"]
    assert grid.merged == (((0, 0), (0, 3)), ((2, 0), (3, 0)))


def test_tables_inside_tables_and_several_tables():
    page = (
        "<table><tr><td><table><tr><td>a<td>b</table></td></tr></table>"
        "<table><tr><td>c</table><table><tr><td> </table>"
    )
    found = [(g.sheet, g.rows) for g in read_html(page, "f")]
    assert found == [("表格2", [["a", "b"]]), ("表格3", [["c"]])]


def test_lines_inside_a_cell_stay_apart():
    (grid,) = read_html("<table><tr><td>甲<br/>乙<p>丙</p></table>", "f")
    assert grid.rows == [["甲\n乙\n丙"]]


@pytest.mark.parametrize(
    "page",
    [
        "<html><form>请登录</form></html>",
        "<html><frameset><frame src='sheet001.htm'></frameset></html>",
        "<table></table>",
        "<table>" * 1000 + "<tr><td>x",
        "<table><tr>" + "<td colspan=99999>x" * 60_000,
        "<table><tr><td>x" + "<tr>" * 60_000 + "<td colspan=1000>x",
    ],
)
def test_what_holds_no_table_or_too_much_is_refused(page):
    with pytest.raises(ReadError) as caught:
        read_html(page, "f")
    assert caught.value.problems[0].remedy


def test_a_sheet_cannot_be_named(tmp_path):
    with pytest.raises(ReadError, match="没有工作表"):
        read_table(saved(tmp_path, PAGE, "gbk"), CATALOGUE, sheet="表1")
