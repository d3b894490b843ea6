"""Two columns of one quantity, read through a file as an agency sends it."""

import pytest

from pil_discovery.pipeline.files import read_records

LAND = "land_contract"


def table(tmp_path, first, second, rows, **options):
    lines = [f"合同编号,受让人,{first},{second}"]
    lines += [f"HT-{n},示例公司{n},{a},{b}" for n, (a, b) in enumerate(rows)]
    path = tmp_path / "台账.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_records(path, LAND, **options)


def asked(found):
    return [(s.key, s.name) for s in found.report.suggestions if s.asks]


def test_columns_that_agree_are_not_asked_about(tmp_path):
    rows = [(10, 6666.67), (3, 2000), (0.3, 200)]
    found = table(tmp_path, "出让面积(亩)", "出让面积(平方米)", rows)
    assert found.frame["area_m2"].round(2).tolist() == [6666.67, 2000, 200]
    assert asked(found) == []


def test_declared_columns_that_contradict_keep_their_values_and_are_asked(tmp_path):
    rows = [(10, 6666.67), (3, 9999), (6, 4000), ("", 1)]
    found = table(tmp_path, "出让面积(亩)", "出让面积(平方米)", rows)
    assert found.frame["area_m2"].round(2).tolist()[:3] == [6666.67, 2000, 4000]
    assert asked(found) == [
        ("columns", "出让面积(亩)"),
        ("columns", "出让面积(平方米)"),
    ]
    (why,) = {s.why for s in found.report.suggestions if s.asks}
    assert "可核对的 3 行中有 1 行不符" in why
    assert "“出让面积(亩)”3，“出让面积(平方米)”9999" in why
    told = {i.what.partition("（")[0]: i.value for i in found.report.inferences}
    assert "仍采用“出让面积(亩)”" in told.values()


@pytest.mark.parametrize("header", ["出让面积(亩)", "出让面积(平方米)"])
def test_an_answer_settles_it(tmp_path, header):
    rows = [(10, 6666.67), (3, 9999)]
    names = ("出让面积(亩)", "出让面积(平方米)")
    found = table(tmp_path, *names, rows, columns={header: "area_m2"})
    assert found.frame["area_m2"].iloc[1] == (2000 if "亩" in header else 9999)
    assert asked(found) == []


def test_an_undeclared_unit_that_a_second_column_contradicts_is_missing(tmp_path):
    rows = [(n * 10, n * 100_000) for n in range(1, 7)]
    found = table(tmp_path, "成交价", "出让价款(元)", rows)
    assert found.frame["price_total_cny"].isna().all()
    assert set(found.quarantine["reason_class"]) == {"unit"}
    assert ("units", "price_total_cny") in asked(found)
    told = {"price_total_cny": "万元"}
    settled = table(tmp_path, "成交价", "出让价款(元)", rows, units=told)
    assert settled.frame["price_total_cny"].tolist() == [b for _, b in rows]
    assert asked(settled) == []
