import pytest

from pil_discovery.errors import ReadError
from pil_discovery.records import read_table
from pil_discovery.records.delimiters import find_dialect
from pil_discovery.records.dialects import SPACES
from tests.records.data import CATALOGUE, balanced, csv_file

TEXT = "合同编号,受让人,成交价\nHT-1,示例公司甲,1\nHT-2,示例公司乙,2\n"


def names(tmp_path, text):
    table = read_table(csv_file(tmp_path, text), CATALOGUE, wanted="contract")
    assert balanced(table)
    return table.frame["grantee"].tolist()


@pytest.mark.parametrize(
    "delimiter",
    [*",\t;|^~#", "||", "\x01", "\x1e", "¦", "｜", "   "],
)
def test_every_delimiter_is_found(tmp_path, delimiter):
    text = TEXT.replace(",", delimiter)
    assert names(tmp_path, text) == ["示例公司甲", "示例公司乙"]


def test_amounts_with_commas_do_not_make_a_comma_file(tmp_path):
    text = "合同编号^受让人^成交价\nHT-1^甲,乙^1,000\nHT-2^丙,丁^2,000\n"
    table = read_table(csv_file(tmp_path, text), CATALOGUE)
    assert table.frame["price_cny"].tolist() == [1000.0, 2000.0]
    assert table.frame["grantee"].tolist() == ["甲,乙", "丙,丁"]


def test_a_sign_inside_values_makes_no_rare_delimiter():
    text = "编号,楼号\n1,1#2#3\n2,4#5#6\n3,7#8#9\n"
    assert find_dialect(text, "f").delimiter == ","


@pytest.mark.parametrize(("told", "delimiter"), [(";", ";"), ("\\t", "\t"), ("^", "^")])
def test_excel_names_the_delimiter_in_the_first_line(tmp_path, told, delimiter):
    text = f"sep={told}\r\n" + TEXT.replace(",", delimiter).replace("\n", "\r\n")
    table = read_table(csv_file(tmp_path, text), CATALOGUE)
    assert table.frame["_row"].tolist() == [3, 4]
    assert any("sep=" in i.why for i in table.report.inferences)


def test_single_quotes(tmp_path):
    text = "'合同编号','受让人'\n'HT-1','甲,乙'\n'HT-2','丙''丁'\n"
    assert names(tmp_path, text) == ["甲,乙", "丙'丁"]


def test_an_apostrophe_is_no_quote(tmp_path):
    assert names(tmp_path, "合同编号,受让人\nHT-1,'甲\nHT-2,乙'\n") == ["'甲", "乙'"]


def test_backslashes_escape_quotes_and_delimiters_as_mysql_writes_them(tmp_path):
    text = '合同编号,受让人\nHT-1,"甲\\"乙\\",丙"\nHT-2,\\N\n'
    assert names(tmp_path, text)[0] == '甲"乙",丙'
    table = read_table(csv_file(tmp_path, text), CATALOGUE, wanted="contract")
    assert table.frame["grantee"].isna().tolist() == [False, True]
    assert names(tmp_path, "合同编号,受让人\nHT-1,甲\\,乙\n") == ["甲,乙"]


def test_a_path_that_ends_with_a_backslash_stays(tmp_path):
    text = '合同编号,受让人\nHT-1,"D:\\档案\\"\nHT-2,"乙"\n'
    assert names(tmp_path, text) == ["D:\\档案\\", "乙"]


def test_spaces_before_quotes(tmp_path):
    text = '"合同编号", "受让人"\n"HT-1", "甲, 乙"\n'
    assert names(tmp_path, text) == ["甲, 乙"]


def test_a_doubled_delimiter_inside_quotes_is_text(tmp_path):
    text = '合同编号||受让人||成交价\nHT-1||"甲||乙"||1\nHT-2||丙||2\n'
    assert names(tmp_path, text) == ["甲||乙", "丙"]


def test_empty_fields_between_single_strokes(tmp_path):
    text = "合同编号|受让人|成交价\nHT-1||1\nHT-2||2\n"
    assert find_dialect(text, "f").delimiter == "|"


def test_columns_lined_up_by_spaces(tmp_path):
    text = "合同编号    受让人        成交价\n HT-1      示例 公司      1\nHT-2   乙\n"
    text += "".join(f"HT-{n}   公司{n}　　{n}\n" for n in range(3, 20))
    assert find_dialect(text, "f").delimiter == SPACES
    table = read_table(csv_file(tmp_path, text), CATALOGUE)
    assert table.frame["grantee"][0] == "示例 公司"
    assert table.quarantine["row"].tolist() == [3]
    assert balanced(table)


def test_two_delimiters_that_fit_alike_are_asked():
    with pytest.raises(ReadError, match=r"分不清.*sep="):
        find_dialect("编号;名|称\n1;甲|乙\n2;丙|丁\n", "f")


def test_unpaired_quotes_name_the_line_in_every_dialect(tmp_path):
    text = 'sep=;\n合同编号;受让人\nHT-1;甲\nHT-2;"乙\n'
    with pytest.raises(ReadError, match=r"第4行.*引号"):
        read_table(csv_file(tmp_path, text), CATALOGUE, wanted="contract")
