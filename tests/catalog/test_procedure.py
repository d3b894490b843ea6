from __future__ import annotations

import datetime as dt

import pytest

from pil_discovery.catalog import load_law, load_procedure
from pil_discovery.errors import CatalogError
from pil_discovery.procedure import due, regime_on


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
    assert {c.id for c in clocks.values() if c.extensions} == {
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


def later_regime(folder, head, **files):
    home = folder / "procedure" / "regime_pil_act"
    home.mkdir(parents=True)
    (home / "regime.yaml").write_text(head, encoding="utf-8")
    for name, text in files.items():
        (home / f"{name}.yaml").write_text(text, encoding="utf-8")


ACT = "id: pil_act\ntitle_zh: 检察公益诉讼法\nvalid_from: 2028-01-01\nextends: '2021'\n"


def test_a_later_body_of_rules_takes_over_on_its_first_day(tmp_path):
    facts = load_law()[0]
    clock = (
        "clocks:\n  - {id: suggestion-reply, title_zh: 书面回复, number: 45, "
        "unit: day, starts_from: 收到检察意见, basis: [int-21-2a]}\n"
    )
    later_regime(tmp_path, ACT, clocks=clock)
    found = load_procedure(facts, [tmp_path])
    assert regime_on(found.regimes, dt.date(2027, 12, 31)) == "2021"
    assert regime_on(found.regimes, dt.date(2028, 1, 1)) == "pil_act"
    new = due(found.clocks, "suggestion-reply", "2028-02-01", regime="pil_act")
    assert new.date == dt.date(2028, 3, 17)
    # what the act does not say is taken from the rules that it follows
    assert set(found.clocks["pil_act"]) == set(found.clocks["2021"])
    assert found.clocks["2021"]["suggestion-reply"].number == 2
    assert found.routes["pil_act"] == found.routes["2021"]
    assert found.books["pil_act"] == found.books["2021"]


def test_a_body_of_rules_may_bring_its_own_ways(tmp_path):
    ways = (
        "avenues:\n  - {id: advice, title_zh: 检察意见, mode: suggestion, "
        "track: admin, mandate: needed, basis: [apl-25-4], "
        "wants: [{id: agency, zh: 机关已查明}]}\n"
    )
    later_regime(tmp_path, ACT, avenues=ways)
    books = load_procedure(load_law()[0], [tmp_path]).books
    assert [a.id for a in books["pil_act"].avenues] == ["advice"]
    assert books["pil_act"].venues == books["2021"].venues


def test_mistakes_in_a_later_body_of_rules_are_told(tmp_path):
    later_regime(
        tmp_path,
        ACT.replace("'2021'", "'2012'"),
    )
    with pytest.raises(CatalogError, match="所承接的「2012」不在"):
        load_procedure(load_law()[0], [tmp_path])


def test_a_book_cites_known_facts_and_powers_known_powers(tmp_path):
    later_regime(
        tmp_path,
        ACT,
        jurisdiction="venues:\n  - {id: x, track: admin, question: court, "
        "organ_zh: 某法院, basis: [int-5-9]}\n",
    )
    (tmp_path / "procedure" / "powers.yaml").write_text(
        "powers:\n  - {id: a.b, title: {zh: 甲}, agency: 乙, "
        "beside: [sea.use.enforc]}\n",
        encoding="utf-8",
    )
    with pytest.raises(CatalogError) as caught:
        load_procedure(load_law()[0], [tmp_path])
    assert "没有编号为「int-5-9」的法条" in str(caught.value)
    assert "没有「sea.use.enforc」这项职权；是不是「sea.use.enforce」" in str(
        caught.value
    )
