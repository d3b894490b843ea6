from __future__ import annotations

import datetime as dt

import pytest

from pil_discovery.catalog import load_law, load_procedure
from pil_discovery.errors import CatalogError


def load(root, extra=()):
    return load_procedure(load_law(root)[0], extra, root=root)


def test_local_rows_take_title_and_basis_from_their_power(root):
    default, old, new = load(root).powers
    assert (default.jurisdiction, default.agency) == (None, "自然资源主管部门")
    assert (old.agency, old.valid_to) == ("示例区旧局", dt.date(2022, 6, 30))
    assert new.jurisdiction == "990302"
    assert new.title == default.title
    assert new.basis == default.basis


def test_mistakes_of_all_files_come_at_once(root):
    home = root / "procedure"
    for name, old, new in (
        ("powers.yaml", "ex-1", "ex-3"),
        (
            "agencies/990302.yaml",
            "power: land.collect, agency: 示例区旧局",
            "power: land.colect, agency: x",
        ),
        ("regime_2021/routes.yaml", "clock: reply", "clock: replay"),
        ("regime_2021/clocks.yaml", "unit: month", "unit: moon"),
    ):
        text = (home / name).read_text(encoding="utf-8")
        assert old in text
        (home / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load(root)
    text = str(caught.value)
    assert "没有编号为「ex-3」的法条" in text
    assert "没有「land.colect」这项职权；是不是「land.collect」？" in text
    assert "「moon」不在允许的值之内" in text
    assert "没有「replay」这个期限" in text


def test_a_division_code_is_quoted(root):
    file = root / "procedure" / "agencies" / "990302.yaml"
    file.write_text("jurisdiction: 990302\nagencies: []\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="应当是加引号的行政区划代码"):
        load(root)


def test_local_folders_bring_agency_tables(root, tmp_path):
    local = tmp_path / "本地"
    (local / "agencies").mkdir(parents=True)
    (local / "agencies" / "a.yaml").write_text(
        'jurisdiction: "990303"\nagencies: [{power: land.collect, agency: 示例县局}]\n',
        encoding="utf-8",
    )
    assert load(root, [local]).powers[-1].agency == "示例县局"


def test_shipped_powers_have_a_local_agency_where_one_can_be_named():
    powers = load_procedure(load_law()[0]).powers
    defaults = {p.id for p in powers if p.jurisdiction is None}
    local = {p.id for p in powers if p.jurisdiction == "990302"}
    assert len(defaults) >= 70
    # These two follow from the record itself: who decided, who was advised.
    assert defaults - local == {"suggestion.rectify", "penalty.execute"}


def test_shipped_clocks_are_those_of_the_rules():
    clocks = load_procedure(load_law()[0]).clocks["2021"]
    assert len(clocks) >= 39
    assert {c.id for c in clocks.values() if c.extendable} == {
        "review-admin",
        "review-admin-transferred",
        "review-civil",
        "review-civil-transferred",
    }
    assert {c.id for c in clocks.values() if c.suspendable} == {
        "review-admin",
        "review-admin-transferred",
        "review-civil",
        "review-civil-transferred",
    }
    assert all(c.basis for c in clocks.values())
