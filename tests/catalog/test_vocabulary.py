"""Rate tables: every value has a ground, a place and a time, or is marked made up."""

import hashlib

import pytest

from pil_discovery.catalog import load_catalog, load_tables
from pil_discovery.errors import CatalogError
from tests.catalog.conftest import MODEL

TABLE = """\
id: fee_rate
title: {zh: 收费标准}
unit: CNY
columns: {division: 地区, value: 每件收费}
rows:
  - division: "33"
    valid_from: 2020-01-01
    valid_to: 2024-12-31
    value: 10
    basis: [ex-1]
  - {division: "3303", valid_from: 2020-01-01, value: 12, document: 某市收费办法}
  - {division: "9903", valid_from: 2020-01-01, value: 20.5, fictional: true}
"""


def put(folder, text=TABLE, name="fee_rate"):
    file = folder / "vocabulary" / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def problems(root, extra=()):
    with pytest.raises(CatalogError) as caught:
        load_catalog(extra, root=root)
    return [str(p).split("：", 1)[1] for p in caught.value.problems]


def test_a_table_is_read_with_the_file_it_came_from(root):
    file = put(root)
    table = load_catalog(root=root).tables["fee_rate"]
    assert [row.value for row in table.rows] == [10, 12, 20.5]
    assert table.origin.file == "models/vocabulary/fee_rate.yaml"
    assert table.origin.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert not table.origin.local
    assert (table.unit, table.unit_zh) == ("CNY", "元")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("value: 20.5, fictional: true", "value: 20.5", "要么写 basis"),
        ("basis: [ex-1]", "fictional: true\n    basis: [ex-1]", "要么写 basis"),
        ('division: "9903"', 'division: "3304"', "只能用于 99 开头的虚构区划"),
        ('division: "9903", ', "", "只能用于 99 开头的虚构区划"),
        ('division: "3303"', 'division: "330"', "不是二、四或六位的行政区划代码"),
        ("valid_to: 2024-12-31", "valid_to: 2019-12-31", "早于 valid_from"),
        ('division: "3303"', 'division: "330000"', "时间重叠"),
        ("unit: CNY", "unit: RMB", "不认识的单位「RMB」"),
        ("[ex-1]", "[ex-7]", "没有编号为「ex-7」的法条"),
        ("[ex-1]", "[ex-9]", "未经核实"),
        ("id: fee_rate", "id: fee_rates", "应当与文件名一致：fee_rate"),
        ("value: 每件收费", "category: 种类", "没有说明「value」"),
        ("value: 10", "value: 10\n    category: 甲", "columns 里没有说明"),
        ("columns: {", "columns: {category: 种类, ", "缺少「category」"),
        ("value: 10", 'value: "10"', "应当是数"),
        ("value: 10", "value: -0.1", "不能是负数"),
        ("id: fee_rate", "id: fee_rate\norigin: {}", "不认识的字段「origin」"),
        ("id: fee_rate", "id: fee_rate\nunit_zh: 元", "不认识的字段「unit_zh」"),
    ],
)
def test_a_mistake_is_named_with_its_place(root, old, new, words):
    assert old in TABLE
    put(root, TABLE.replace(old, new, 1))
    found = problems(root)
    assert any(words in p for p in found)
    assert all("行）：" in p for p in found)


def test_the_name_is_one_that_sql_can_hold(root):
    put(root, TABLE.replace("id: fee_rate", "id: 收费"), name="收费")
    assert "只能用小写字母" in problems(root)[0]


def test_a_table_does_not_take_the_name_of_a_data_set(root):
    put(root, TABLE.replace("id: fee_rate", "id: contract"), name="contract")
    assert "是数据集的名称" in problems(root)[0]


def test_a_local_table_replaces_the_built_in_one_whole(root, tmp_path):
    put(root)
    local = tmp_path / "本地"
    mine = TABLE.split("  - division", 1)[0]
    mine += "  - {division: '3303', valid_from: 2021-01-01, value: 7, document: 某文}\n"
    file = put(local, mine)
    table = load_tables([local], root=root)["fee_rate"]
    assert [row.value for row in table.rows] == [7]
    assert table.origin.file == "本地/vocabulary/fee_rate.yaml"
    assert table.origin.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert table.origin.local
    assert table.origin.replaces


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("unit: CNY", "unit: day", "单位不同：模型按「CNY」计算"),
        ("value: 每件收费}", "value: 每件收费, category: 种类}", "那里不分类别"),
    ],
)
def test_a_local_table_is_read_as_the_built_in_one(root, tmp_path, old, new, words):
    put(root)
    text = TABLE
    if "category" in new:
        text = text.replace("value: 10", "value: 10\n    category: 甲")
        text = text.replace("value: 12", "value: 12, category: 甲")
        text = text.replace("value: 20.5", "value: 20.5, category: 甲")
    put(tmp_path / "本地", text.replace(old, new))
    (found,) = problems(root, [tmp_path / "本地"])
    assert words in found


def test_a_local_table_names_places_that_exist(root, tmp_path):
    put(root)
    lists = root / "divisions" / "divisions.csv"
    lists.parent.mkdir()
    head = "code,name,first_year,last_year,successors,carved_from\n"
    old = "330300,甲市,2000,,,\n330322,乙县,2000,2014,,\n"
    lists.write_text(head + old, encoding="utf-8")
    put(tmp_path / "旧", TABLE.replace('"3303"', '"330322"'))
    load_catalog([tmp_path / "旧"], root=root)
    local = tmp_path / "本地"
    put(local, TABLE.replace('"3303"', '"330399"'))
    (found,) = problems(root, [local])
    assert "rows[1].division（第 11 行）：没有代码为「330399」的行政区划" in found
    new = tmp_path / "新设" / "divisions" / "新设.csv"
    new.parent.mkdir(parents=True)
    new.write_text(head + "330399,新区,2026,,,\n", encoding="utf-8")
    load_catalog([local, new.parent.parent], root=root)


def test_two_local_tables_of_one_name_are_refused(root, tmp_path):
    for name in ("甲", "乙"):
        put(tmp_path / name)
    found = problems(root, [tmp_path / "甲", tmp_path / "乙"])
    assert "「fee_rate」已由 甲/vocabulary/fee_rate.yaml 使用" in found[0]


def test_a_model_names_only_tables_that_are_there(root):
    put(root)
    text = MODEL.replace(
        "population:", "tables: [fee_rat]\nrecords: {fee_rat: {_id: r}}\npopulation:"
    )
    (root / "screening" / "land" / "unpaid.yaml").write_text(text, encoding="utf-8")
    (found,) = problems(root)
    assert "没有标准表「fee_rat」；是不是「fee_rate」？" in found


def test_a_model_must_say_which_row_it_used(root):
    put(root)
    text = MODEL.replace("population:", "tables: [fee_rate]\npopulation:")
    (root / "screening" / "land" / "unpaid.yaml").write_text(text, encoding="utf-8")
    (found,) = problems(root)
    assert "records 没有写明所用标准表的行" in found


def test_made_up_values_that_ship_hold_in_made_up_places_only():
    tables = load_catalog().tables
    assert len(tables) >= 7
    rows = [row for table in tables.values() for row in table.rows]
    assert any(row.fictional for row in rows)
    assert any(row.basis for row in rows)
    assert all(row.division.startswith("99") for row in rows if row.fictional)
    places = {t: {r.division for r in tables[t].rows} for t in tables}
    dates = {t: {r.valid_from for r in tables[t].rows} for t in tables}
    assert all(len(d) >= 2 for d in dates.values())
    assert sum(len(p) >= 2 for p in places.values()) >= 6
