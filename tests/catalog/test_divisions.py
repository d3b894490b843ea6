"""The table of divisions that ships, and own tables beside it."""

from collections import Counter

import pytest

from pil_discovery.catalog.divisions import load_divisions
from pil_discovery.errors import CatalogError
from pil_discovery.text.divisions import parents


def newest():
    return [r for r in load_divisions().rows if r.last_year is None]


def test_the_newest_table_has_the_published_numbers_of_divisions():
    # Ministry of Civil Affairs, end of 2025; and Taiwan, which has no published code
    assert Counter(r.level for r in newest()) == {1: 34, 2: 333, 3: 2845}
    assert sum(map(len, load_divisions().towns.values())) == 38723


@pytest.mark.parametrize(
    ("year", "counties"),
    # National Bureau of Statistics, county-level divisions at the end of the year
    [
        (2000, 2861),
        (2005, 2862),
        (2010, 2856),
        (2015, 2850),
        (2020, 2844),
        (2024, 2846),
    ],
)
def test_earlier_years_have_the_published_number_of_counties(year, counties):
    rows = [r for r in load_divisions().rows if r.level == 3]
    listed = [r for r in rows if r.first_year <= year <= (r.last_year or year)]
    assert len(listed) == counties


def test_every_code_named_by_a_row_is_one_of_the_years_meant():
    known = load_divisions()
    for row in known.rows:
        for code in row.successors:
            rows = [known.rows[p] for p in known.by_code[code]]
            start = row.last_year + 1
            assert any(r.first_year <= start <= (r.last_year or start) for r in rows)
        for code in row.carved_from:
            assert known.by_code[code], row


def test_all_but_a_few_abolished_divisions_have_a_successor_today():
    known = load_divisions()
    gone = [p for p, r in enumerate(known.rows) if r.last_year is not None]
    lost = {known.rows[p].name for p in gone if not known.today[p]}
    assert len(gone) > 700
    assert lost == {"石炭井区", "永红区"}


def test_every_parent_has_a_row():
    known = load_divisions()
    for row in known.rows:
        assert all(code in known.by_code for code in parents(row.code)), row


OWN = """\
code,name,successors,last_year
990000,示例省,,
990300,示例市,,
990302,示例区,,
990304,旧示例区,990302,2015
990302001,滨江街道,,
"""


def put(folder, text=OWN):
    file = folder / "divisions" / "示例.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_an_own_table_joins_the_built_in_one(tmp_path):
    for extra in (put(tmp_path), tmp_path):
        known = load_divisions([extra])
        assert known.name("990302") == "示例区"
        assert known.name("330302") == "鹿城区"
        assert known.towns["990302"] == {"滨江街道": "990302001"}
    assert load_divisions().name("990302") is None


def test_all_mistakes_of_own_tables_are_named_at_once(tmp_path):
    text = "code,name,first_year\n99030,示例区,\n990302,示,\n990302,示例区,二〇\n"
    with pytest.raises(CatalogError) as caught:
        load_divisions([put(tmp_path, text)])
    places = [problem.where for problem in caught.value.problems]
    assert places == ["第2行", "第3行", "第4行"]


@pytest.mark.parametrize("text", ["代码,名称\n990302,示例区\n", ""])
def test_a_table_without_its_columns_is_refused(tmp_path, text):
    with pytest.raises(CatalogError, match="缺少列：code、name"):
        load_divisions([put(tmp_path, text)])


def test_a_table_that_is_not_there_or_no_text_is_refused(tmp_path):
    file = put(tmp_path)
    file.write_bytes("code,name\n990302,示例区\n".encode("gb18030"))
    for wrong in (file, tmp_path / "没有.csv"):
        with pytest.raises(CatalogError, match="UTF-8"):
            load_divisions([wrong])
