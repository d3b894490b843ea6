"""Models and rate tables beside the workspace: added, put in place, fenced in."""

import datetime as dt
import hashlib
import json
import re
from dataclasses import replace

import pandas as pd
import pytest
import yaml

from pil_discovery.catalog import load_catalog, models_folder
from pil_discovery.errors import CatalogError, PilError
from pil_discovery.findings import Inputs, rows_of
from pil_discovery.pipeline.comparing import compare_models
from pil_discovery.pipeline.explaining import explain_row
from pil_discovery.pipeline.flow import scan
from pil_discovery.pipeline.guarded import run_guarded
from pil_discovery.pipeline.library import check_models
from pil_discovery.pipeline.model_pages import write_model_pages
from pil_discovery.pipeline.results import explain_lead, read_leads
from pil_discovery.pipeline.screening import _work
from pil_discovery.pipeline.verdicts import import_decisions
from pil_discovery.types import VERDICTS

ROWS = [
    ("示让2026-1", "示例甲置业有限公司", "2022-06-01", "100000"),
    ("示让2026-2", "示例乙置业有限公司", "2023-06-01", "100000"),
    ("示让2026-3", "示例丙置业有限公司", "2023-06-01", "10"),
]
SQL = """
SELECT c.contract_no, c.grantee AS subject_name, c.sign_date AS fact_date,
       r._id AS rate_row, r.value AS rate, c.price_total_cny,
       CAST(round(c.price_total_cny * r.value, 2) AS DECIMAL(18, 2)) AS fee_cny,
       c.price_total_cny > $floor AS hit
FROM land_contract c
LEFT JOIN deed_fee_rate r ON c.sign_date BETWEEN r.valid_from AND r.valid_to
"""
MODEL = {
    "id": "land/deed",
    "code": "LOCAL-01",
    "version": "1.0.0",
    "status": "trial",
    "title": {"zh": "契据费未缴", "en": "Deed fee unpaid"},
    "domain": "land_transfer",
    "why": "示例",
    "data": {
        "land_contract": ["contract_no", "grantee", "sign_date", "price_total_cny"]
    },
    "tables": ["deed_fee_rate"],
    "parameters": {"floor": {"value": 100, "unit": "CNY", "why": "忽略小额"}},
    "population": {"key": ["contract_no"], "sql": SQL},
    "measures": {"fee_cny": "CNY"},
    "labels": {"fee_cny": "契据费"},
    "records": {
        "land_contract": {"contract_no": "contract_no"},
        "deed_fee_rate": {"_id": "rate_row"},
    },
    "harm": [{"measure": "fee_cny", "floor": 100, "cap": 100000}],
    "agency": {"power": "land.transfer.collect"},
    "explain": {"zh": "{contract_no}应缴契据费{fee_cny:yuan}元。"},
}
TABLE = {
    "id": "deed_fee_rate",
    "title": {"zh": "契据费率"},
    "unit": "1",
    "columns": {"division": "地区", "value": "占价款的比例"},
    "rows": [
        {
            "division": "9903",
            "valid_from": "2020-01-01",
            "valid_to": "2022-12-31",
            "value": 0.01,
            "document": "示例市契据费办法（示政发〔2020〕1号）",
        },
        {
            "division": "9903",
            "valid_from": "2023-01-01",
            "value": 0.02,
            "fictional": True,
        },
    ],
}


def dump(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "区"
    lines = ["合同编号,受让人,签订日期,出让价款(元)", *(",".join(r) for r in ROWS)]
    folder.mkdir()
    (folder / "合同.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    dump(
        folder / "pil.yaml",
        {
            "name": "示例",
            "as_of": "2026-09-30",
            "jurisdiction": "990302",
            "office": {"name": "示例区人民检察院"},
            "records": [{"dataset": "land_contract", "file": "合同.csv"}],
            "models": ["本地"],
        },
    )
    dump(folder / "本地" / "land" / "deed.yaml", MODEL)
    dump(folder / "本地" / "vocabulary" / "deed_fee_rate.yaml", TABLE)
    return folder


def change(place, **more):
    dump(place / "本地" / "land" / "deed.yaml", {**MODEL, **more})


def test_a_local_model_runs_and_says_which_file_it_is(place):
    found = scan(place)
    (run,) = found.run["models"]
    file = place / "本地" / "land" / "deed.yaml"
    assert (run["id"], run["state"], run["local"]) == ("land/deed", "computed", True)
    assert run["file"] == "本地/land/deed.yaml"
    assert run["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert not run["replaces"]
    assert run["counts"]["hit"] == 2
    assert run["quality"]["flagged"] == 2
    (table,) = found.run["tables"]
    assert (table["file"], table["local"]) == (
        "本地/vocabulary/deed_fee_rate.yaml",
        True,
    )
    assert (table["rows"], table["fictional"], table["models"]) == (2, 1, ["LOCAL-01"])
    assert set(found.timing["models"]) == {"land/deed"}


def test_made_up_values_are_marked_wherever_the_amount_is(place, tmp_path):
    found = scan(place)
    said = {f.key["contract_no"]: f.sentence_zh for f in found.findings}
    assert said["示让2026-1"] == "示让2026-1应缴契据费1,000.00元。"
    assert "《契据费率》为虚构的示例值，不是法定标准" in said["示让2026-2"]
    assert any("虚构的示例值" in n for n in found.run["models"][0]["notes"])
    out = found.write(tmp_path / "out")
    for lead in read_leads(out):
        told = "\n".join(explain_lead(out, lead.lead_id).lines())
        fictional = "示让2026-2" in told
        assert ("不是法定标准" in told) == fictional
        assert any("虚构" in m for m in lead.missing) == fictional
    assert "示例市契据费办法" in (out / "findings.jsonl").read_text("utf-8")


def test_scans_with_local_models_are_equal_and_need_no_order(place, tmp_path):
    for name in ("a", "b"):
        scan(place, workers=2 if name == "b" else 1).write(tmp_path / name)
    for file in ("run.json", "findings.jsonl", "leads.jsonl"):
        first, second = ((tmp_path / n / file).read_bytes() for n in ("a", "b"))
        assert first == second


def test_a_workspace_replaces_a_built_in_table(place):
    rows = [
        {
            "division": "9903",
            "valid_from": "2019-09-01",
            "value": 41,
            "document": "某文",
        }
    ]
    shipped = load_catalog().tables["farmland_tax_rate"]
    mine = {
        "id": shipped.id,
        "title": {"zh": "示例市耕地占用税适用税额"},
        "unit": shipped.unit,
        "columns": dict(shipped.columns),
        "rows": rows,
    }
    dump(place / "本地" / "vocabulary" / "farmland_tax_rate.yaml", mine)
    found = scan(place, models=["STATE-09"])
    (table,) = found.run["tables"]
    assert table["file"] == "本地/vocabulary/farmland_tax_rate.yaml"
    assert table["replaces"]
    assert table["fictional"] == 0


def shipped_text(name):
    file = load_catalog().models[name].origin.file
    return (models_folder() / file.removeprefix("models/")).read_text("utf-8")


def test_a_local_model_of_a_built_in_id_takes_its_place(place):
    shipped = shipped_text("land/price-refunded")
    text = re.sub(r"(?m)^version: .*$", "version: 7.0.0", shipped)
    file = place / "本地" / "land" / "price-refunded.yaml"
    file.write_text(text, encoding="utf-8")
    runs = {m["id"]: m for m in scan(place).run["models"]}
    assert sorted(runs) == ["land/deed", "land/price-refunded"]
    mine = runs["land/price-refunded"]
    assert (mine["version"], mine["local"], mine["replaces"]) == ("7.0.0", True, True)
    assert mine["file"] == "本地/land/price-refunded.yaml"


def test_a_local_model_of_a_built_in_id_keeps_its_code(place):
    text = shipped_text("land/price-refunded").replace("code: LAND-", "code: MINE-")
    file = place / "本地" / "land" / "price-refunded.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match="须沿用其代码 LAND-"):
        scan(place)


def test_a_code_of_another_model_is_refused(place):
    change(place, code="LAND-01")
    with pytest.raises(CatalogError, match="「LAND-01」已由 screening/"):
        scan(place)


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "secret.csv"
    file.write_text("a\ncanary\n", encoding="utf-8")
    return file


def refused(place, secret, words):
    with pytest.raises(PilError, match=words) as error:
        scan(place)
    assert "本地/land/deed.yaml" in str(error.value)
    assert "canary" not in str(error.value)
    assert secret.read_text("utf-8") == "a\ncanary\n"


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT * FROM read_csv('{file}')", "FROM 里不得使用函数：read_csv"),
        ("SELECT * FROM glob('/*')", "FROM 里不得使用函数：glob"),
        ("SELECT * FROM '{file}'", "执行失败"),
        ("COPY land_contract TO '{file}'", "只允许 SELECT 语句"),
        ("ATTACH '{file}' AS x", "只允许 SELECT 语句"),
        ("INSTALL httpfs", "只允许 SELECT 语句"),
        ("LOAD httpfs", "只允许 SELECT 语句"),
        ("PRAGMA database_list", "只允许 SELECT 语句"),
        ("SET memory_limit='1TB'", "只允许 SELECT 语句"),
        ("SELECT 1; COPY land_contract TO '{file}'", "只能有一条语句，现有 2 条"),
    ],
)
def test_a_malicious_step_is_refused_in_words(place, secret, sql, words):
    change(place, steps=[{"table": "x", "sql": sql.format(file=secret)}])
    refused(place, secret, words)


def test_a_malicious_population_is_refused_in_words(place, secret):
    sql = f"SELECT *, TRUE AS hit FROM read_csv('{secret}')"
    change(place, population={"key": ["a"], "sql": sql})
    refused(place, secret, "FROM 里不得使用函数：read_csv")


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("EXISTS (FROM read_text('{file}'))", "FROM 里不得使用函数：read_text"),
        ("TRUE); COPY (SELECT 1) TO '{file}'; SELECT (TRUE", "只能有一条语句"),
    ],
)
def test_a_malicious_condition_is_refused_in_words(place, secret, when, words):
    exclusion = {"when": when.format(file=secret), "then": "drop", "zh": "坏"}
    change(place, exclusions=[exclusion])
    refused(place, secret, words)


def test_a_text_that_doubles_itself_takes_no_more_memory_than_allowed(place):
    # the engine's own limit does not see what one value takes
    bomb = (
        "WITH RECURSIVE t(s, n) AS (SELECT 'x', 1 UNION ALL "
        "SELECT s || s, n + 1 FROM t WHERE n < 40) SELECT max(length(s)) AS m FROM t"
    )
    change(place, steps=[{"table": "x", "sql": bomb}])
    catalog = load_catalog([place / "本地"])
    model = catalog.models["land/deed"]
    inputs = Inputs({}, datasets=catalog.datasets)
    frames = {"land_contract": pd.DataFrame(columns=[*model.data["land_contract"]])}
    job = (
        model,
        replace(inputs, rows=rows_of(frames, catalog.datasets)),
        dt.date(2026, 9, 30),
        False,
    )
    with pytest.raises(PilError, match=r"本地/land/deed\.yaml：.*(已停止|中断|失败)"):
        run_guarded(_work, job, file=model.place, most_bytes=5 * 2**30, longest_s=120)


def test_a_model_with_more_candidates_than_memory_holds_is_stopped_alone(place):
    endless = "SELECT i AS contract_no, NULL AS fee_cny, 0 AS rate_row, NULL AS hit "
    change(
        place,
        population={
            "key": ["contract_no"],
            "sql": endless + "FROM range(1_000_001) r(i)",
        },
        records={
            "land_contract": {"_id": "contract_no"},
            "deed_fee_rate": {"_id": "rate_row"},
        },
        explain={"zh": "{contract_no}"},
    )
    found = scan(place)
    stopped = [m for m in found.run["models"] if m["state"] == "stopped"]
    assert [m["id"] for m in stopped] == ["land/deed"]
    (note,) = stopped[0]["notes"]
    assert note.startswith("本地/land/deed.yaml：population.sql：")
    assert "超过 1,000,000 条的上限，已停止" in note


def decide(out, count, decision):
    leads = [lead for lead in read_leads(out) if lead.kind == "single"]
    given = [
        {"lead_id": lead.lead_id, "decision": decision, "on": "2026-09-30"}
        for lead in leads[:count]
    ]
    file = out.parent / "decisions.json"
    file.write_text(json.dumps({"scan": "", "decisions": given}), encoding="utf-8")
    return file


def test_checks_come_back_and_move_the_next_scan(place, tmp_path):
    out = scan(place).write(tmp_path / "out")
    path, added = import_decisions(out, decide(out, 2, "reject"))
    assert (path, added) == (place / VERDICTS, 2)
    assert import_decisions(out, decide(out, 2, "reject"))[1] == 0
    again = scan(place)
    assert again.run["models"][0]["quality"]["checked"] == 2
    assert again.leads[0].parts.certainty < read_leads(out)[0].parts.certainty
    earlier = scan(place, as_of=dt.date(2026, 9, 29))
    assert earlier.run["models"][0]["quality"]["checked"] == 0


def test_a_model_that_checks_found_wrong_is_no_longer_listed(place, tmp_path):
    line = {"model": "land/deed", "model_version": "1.0.0", "on": "2026-09-01"}
    lines = [
        json.dumps({**line, "lead_id": str(n), "outcome": "refuted"}) for n in range(20)
    ]
    (place / VERDICTS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = scan(place)
    assert [lead.listed for lead in found.leads] == [False] * len(found.leads)
    assert found.run["leads"]["not_listed"] == len(found.leads) == 3
    assert found.run["models"][0]["quality"]["noisy"]
    out = found.write(tmp_path / "out")
    told = "\n".join(explain_lead(out, "1").lines())
    assert "已核查 20 件、属实 0 件" in told
    assert "不再自动列出" in told


def test_a_class_shows_its_members_and_a_member_its_class(place, tmp_path):
    out = scan(place).write(tmp_path / "out")
    (group,) = [lead for lead in read_leads(out) if lead.kind == "class"]
    told = explain_lead(out, group.lead_id)
    assert {m.lead_id for m in told.members} == set(group.members)
    lines = "\n".join(told.lines())
    assert "【成员线索】" in lines
    assert all(m.lead_id[:12] in lines for m in told.members)
    assert "契据费 1,000.00 元" in lines
    single = explain_lead(out, told.members[0].lead_id)
    assert single.inside.lead_id == group.lead_id
    assert f"所属类案：{group.rank}. {group.title_zh}" in "\n".join(single.lines())


def test_show_reads_the_local_model_of_the_workspace_while_it_is_the_same(
    place, tmp_path
):
    lines = "合同编号,期次,新约定缴款日期\n示让2026-9,1,2026-01-01\n"
    (place / "补充.csv").write_text(lines, encoding="utf-8")
    settings = yaml.safe_load((place / "pil.yaml").read_text(encoding="utf-8"))
    settings["records"] += [{"dataset": "land_supplement", "file": "补充.csv"}]
    dump(place / "pil.yaml", settings)
    change(place, clears={"land_supplement": ["contract_no"]})
    out = scan(place).write(tmp_path / "out")
    told = explain_lead(out, "1")
    assert {s.file for s in told.sources} == {"合同.csv", "补充.csv"}
    assert told.notes == ()

    moved = place.rename(tmp_path / "移走")
    assert {s.file for s in explain_lead(out, "1").sources} == {"合同.csv"}
    there = explain_lead(out, "1", workspace=moved)
    assert {s.file for s in there.sources} == {"合同.csv", "补充.csv"}

    change(moved, why="改过")
    again = moved.rename(tmp_path / "又移")  # a folder is read once in a process
    changed = explain_lead(out, "1", workspace=again)
    assert {s.file for s in changed.sources} == {"合同.csv"}
    assert any("land/deed 的文件在筛查之后有改动" in x for x in changed.lines())


def test_a_row_is_explained_with_the_rate_that_it_used(place):
    text = "\n".join(explain_row("LOCAL-01", "示让2026-1", place).lines())
    assert "【所用标准】" in text
    assert "《契据费率》9903，2020-01-01至2022-12-31：0.01（" in text
    assert "示例市契据费办法（示政发〔2020〕1号）" in text
    told = explain_row("LOCAL-01", "示让2026-2", place)
    assert any("虚构的示例值，不是法定标准" in line for line in told.lines()[3:4])
    assert told.as_dict()["readings"][0]["rates"][0]["row"] == 2


def test_versions_are_compared_with_the_rates_of_the_workspace(place, tmp_path):
    old = dump(tmp_path / "old.yaml", MODEL)
    new = dump(
        tmp_path / "new.yaml",
        {**MODEL, "population": {"key": ["contract_no"], "sql": f"{SQL} WHERE TRUE"}},
    )
    (same,) = compare_models(old, new, place)
    assert same.new.counts.hit == 2
    assert same.differences == ()
    later = SQL.replace("c.sign_date BETWEEN", "DATE '2026-01-01' BETWEEN")
    population = {"key": ["contract_no"], "sql": later}
    dump(new, {**MODEL, "population": population})
    (changed,) = compare_models(old, new, place)
    ((fee, rate),) = [d.notes for d in changed.differences]
    assert fee == "fee_cny 1000.00 → 2000.00"
    assert rate.startswith("所用标准 《契据费率》9903，2020-01-01至2022-12-31")


def test_the_page_of_a_model_shows_its_rates(place, tmp_path):
    _, page = write_model_pages(tmp_path / "out", ["LOCAL-01"], [place / "本地"])
    text = page.read_text("utf-8")
    assert "标准表《契据费率》（`deed_fee_rate`；地区，占价款的比例" in text
    assert "| 9903 |  | 2020-01-01 | 2022-12-31 | 0.01 | 示例市契据费办法" in text
    assert "| 9903 |  | 2023-01-01 |  | 0.02 | 虚构的示例值 |" in text


def test_a_local_model_in_the_place_of_a_built_in_one_is_checked(tmp_path):
    built_in = models_folder() / "screening" / "land" / "unpaid-price.yaml"
    text = built_in.read_text("utf-8")
    path = tmp_path / "land" / "unpaid-price.yaml"
    path.parent.mkdir()
    path.write_text(text.replace("AS hit", "AS hitt"), encoding="utf-8")
    found = check_models((tmp_path,))
    assert (found.models, found.malformed) == (("land/unpaid-price",), ())
    assert any("总体缺少列 hit" in fault.what for fault in found.faults)
