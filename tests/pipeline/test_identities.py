"""Who is who in a scan: registers linked, said in findings, decided by people."""

import hashlib
import json

import pandas as pd
import pytest
import xlsxwriter
import yaml
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from pil_discovery.catalog import load_catalog
from pil_discovery.cli.root import pil
from pil_discovery.pipeline.explaining import explain_row
from pil_discovery.pipeline.flow import linked, scan
from pil_discovery.pipeline.reading import open_workspace, read_sources
from pil_discovery.pipeline.results import explain_lead
from pil_discovery.pipeline.subject_links import (
    ask_about_links,
    changed_links,
    keep_link_decisions,
    read_links,
)
from pil_discovery.types import LINK_REVIEWS

A, B, C = "91990302MA990001XE", "91990302MA9900028E", "91990302MA99000369"
FULL = "瓯江市示例宏图置业有限公司"
TURNED = "示例宏图置业（瓯江市）有限责任公司"
FIRMS = [(A, FULL), (B, "瓯江市示例远山建筑有限公司")]
PENALTIES = [
    ("罚1", FULL, A, ""),
    ("罚2", TURNED, "", ""),
    ("罚3", "示例远山建筑（瓯江市）有限责任公司", "", ""),
    ("罚4", "张伟", "", "990302197001010009"),
    ("罚5", "张伟", "", "990302197001010017"),
    ("罚6", "瓯江市示例远山建筑有限公司", C, ""),
]
SQL = """
SELECT p.doc_no, p.party AS subject_name, p.subject_id, p.subject_code,
       p.decision_date AS fact_date, [p._id] AS penalty_rows,
       r.uscc IS NOT NULL AS registered, TRUE AS hit
FROM penalty p LEFT JOIN registration r ON r.subject_id = p.subject_id
"""
MODEL = {
    "id": "land/again",
    "code": "LOCAL-02",
    "version": "1.0.0",
    "status": "trial",
    "title": {"zh": "示例处罚", "en": "Penalties"},
    "domain": "land_transfer",
    "why": "示例",
    "data": {
        "penalty": ["doc_no", "party", "subject_id", "subject_code", "decision_date"],
        "registration": ["uscc", "subject_id"],
    },
    "population": {"key": ["doc_no"], "sql": SQL},
    "records": {"penalty": {"_id": "penalty_rows"}},
    "exclusions": [
        {"when": "registered AND FALSE", "then": "drop", "zh": "示例，从不适用"}
    ],
    "merge_by": ["subject_id"],
    "agency": {"power": "land.transfer.collect"},
    "explain": {"zh": "{subject_name}受处罚（{doc_no}）。", "en": "{doc_no}."},
}


def dump(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")


def write(path, header, rows):
    lines = [header, *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def opened(folder, *, penalties=PENALTIES, firms=FIRMS, permits=None):
    folder.mkdir(parents=True, exist_ok=True)
    rows = [(*p, "2026-01-01") for p in penalties]
    write(
        folder / "处罚.csv",
        "处罚决定文号,行政相对人名称,统一社会信用代码,身份证号,处罚日期",
        rows,
    )
    write(folder / "登记.csv", "统一社会信用代码,企业名称", firms)
    records = [
        {"dataset": "penalty", "file": "处罚.csv"},
        {"dataset": "registration", "file": "登记.csv"},
    ]
    if permits is not None:
        write(folder / "许可.csv", "许可证编号,统一社会信用代码,企业名称", permits)
        records.append({"dataset": "pollution_permit", "file": "许可.csv"})
    dump(
        folder / "pil.yaml",
        {
            "name": "示例",
            "as_of": "2026-09-30",
            "jurisdiction": "990302",
            "office": {"name": "示例区人民检察院"},
            "records": records,
            "models": ["本地"],
        },
    )
    dump(folder / "本地" / "land" / "again.yaml", MODEL)
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A workspace, its scan, and the folder of results."""
    place = opened(tmp_path_factory.mktemp("linking") / "区")
    found = scan(place)
    return place, found, found.write(place.parent / "结果")


def by_number(found):
    return {f.key["doc_no"]: f for f in found.findings}


def test_rows_without_a_code_belong_to_the_subject_of_their_name(done):
    findings = by_number(done[1])
    assert [findings[f"罚{n}"].subject_id for n in (1, 2, 6)] == [A, A, C]
    assert findings["罚2"].subject_code == A
    # two firms bear this name: likeness leads to both of them, so to none
    assert findings["罚3"].subject_id not in {B, C}


def test_a_name_of_persons_links_nothing_whatever_their_ids(done):
    findings = by_number(done[1])
    assert findings["罚4"].subject_id is None
    assert findings["罚5"].subject_id is None
    single = [x for x in done[1].leads if x.kind == "single"]
    leads = {f: lead.lead_id for lead in single for f in lead.findings}
    assert len({leads[findings[n].finding_id] for n in ("罚4", "罚5")}) == 2


def test_a_finding_says_that_likeness_joined_it_and_counts_for_less(done):
    findings = by_number(done[1])
    (link,) = findings["罚2"].links
    assert (link.name, link.other, link.decision) == (TURNED, FULL, "same")
    assert str(link.probability) in findings["罚2"].sentence_zh
    assert TURNED in findings["罚2"].sentence_zh
    assert f"“{TURNED}” was taken for “{FULL}”" in findings["罚2"].sentence_en
    assert findings["罚1"].links == ()
    written = (done[2] / "findings.jsonl").read_text("utf-8").splitlines()
    told = next(json.loads(x) for x in written if f'"{TURNED}"' in x)
    assert told["links"][0]["probability"] == float(link.probability)


def test_two_spellings_of_one_subject_are_one_lead_that_shows_both(done):
    findings = by_number(done[1])
    ids = {findings["罚1"].finding_id, findings["罚2"].finding_id}
    (lead,) = [
        x for x in done[1].leads if x.kind == "single" and ids <= set(x.findings)
    ]
    assert lead.spellings == (FULL, TURNED)
    assert any("主体或地点为模糊匹配" in reason for reason in lead.reasons)
    told = "\n".join(explain_lead(done[2], lead.lead_id[:12]).lines())
    assert "【名称写法】" in told
    assert f"同一主体的写法：{FULL}、{TURNED}" in told


def test_namesakes_with_different_codes_are_different_leads(done):
    findings = by_number(done[1])
    leads = {f: x.lead_id for x in done[1].leads if x.members == () for f in x.findings}
    assert leads[findings["罚3"].finding_id] != leads[findings["罚6"].finding_id]
    assert findings["罚3"].links[0].decision == "review"
    assert "尚待人工核对" in findings["罚3"].sentence_zh


def test_the_run_counts_what_was_compared_and_what_was_not(done):
    account = done[1].run["subjects"]
    assert account["rows"] == len(PENALTIES) + len(FIRMS)
    assert account["with_code"] == 4
    assert (account["by_name"], account["bare_names"]) == (2, 2)
    told = [account[n] for n in ("full_name", "likeness", "person", "open", "dropped")]
    assert account["compared"] == sum(told) > 0
    shown = CliRunner().invoke(pil, ["subjects", str(done[2])])
    assert f"比对名称 {account['compared']} 对" in shown.output
    assert TURNED in shown.output


def test_one_row_is_explained_with_its_links(done):
    text = "\n".join(explain_row("LOCAL-02", "罚2", done[0]).lines())
    assert "【名称关联】" in text
    assert FULL in text


def test_no_identity_number_is_in_the_pairs(done):
    text = (done[2] / "links.jsonl").read_text("utf-8")
    assert text
    assert "990302197001010009" not in text


def linked_rows(folder):
    """Read and link a workspace without screening it."""
    place = open_workspace(folder)
    catalog = load_catalog((folder / "本地",))
    materials = read_sources(place, catalog)
    return linked(place, catalog, materials, [catalog.models["land/again"]])


def subjects_of(found):
    penalties = found.frames["penalty"].set_index("doc_no")["subject_id"]
    return {n: None if pd.isna(name) else name for n, name in penalties.items()}


def test_a_further_register_says_what_it_changes(tmp_path):
    before = linked_rows(opened(tmp_path / "甲"))
    later = linked_rows(opened(tmp_path / "乙", permits=[("证1", B, FULL)]))
    changes = changed_links(before.pairs, later.pairs)
    (change,) = [c for c in changes if TURNED in c.names and FULL in c.names]
    assert (change.before, change.now) == ("same", "review")
    assert "原为同一主体，现为待人工核对" in change.words()
    assert subjects_of(later)["罚2"] not in {A, B}
    # the row that a code decided is what it was
    assert subjects_of(later)["罚1"] == A


def test_a_register_that_speaks_of_others_changes_nothing(tmp_path):
    before = linked_rows(opened(tmp_path / "甲"))
    permits = [("证1", "", "示例东湖食品有限公司")]
    later = linked_rows(opened(tmp_path / "乙", permits=permits))
    assert subjects_of(before) == subjects_of(later)
    assert changed_links(before.pairs, later.pairs) == []


def test_the_order_of_rows_changes_nothing(tmp_path):
    before = linked_rows(opened(tmp_path / "甲"))
    turned = {"penalties": PENALTIES[::-1], "firms": FIRMS[::-1]}
    after = linked_rows(opened(tmp_path / "乙", **turned))
    assert before.pairs == after.pairs
    assert subjects_of(before) == subjects_of(after)


def test_the_command_says_that_nothing_changed(done):
    out = str(done[2])
    shown = CliRunner().invoke(pil, ["subjects", out, "--since", out])
    assert "先前的认定都没有变" in shown.output


def answer(line, link):
    same = "同一主体" if B in link["subjects"] else "不同主体"
    return [*line[:5], same, "看了原件", "甲", "2026-09-01"]


def test_what_people_decided_stands_in_later_scans(tmp_path):
    place = opened(tmp_path / "区")
    out = scan(place).write(tmp_path / "一")
    workbook = tmp_path / "待核对.xlsx"
    number = ask_about_links(out, workbook)
    assert number == sum(link["by"] == "open" for link in read_links(out))
    titles, *lines = (
        CalamineWorkbook.from_path(workbook).get_sheet_by_index(0).to_python()
    )
    assert "概率" not in "".join(titles)
    links = {link["pair"]: link for link in read_links(out)}
    answered = [titles, *(answer(line, links[line[0]]) for line in lines)]
    with xlsxwriter.Workbook(workbook) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(answered):
            sheet.write_row(number, 0, line)
    store, kept = keep_link_decisions(out, workbook, workspace=place)
    assert (store.name, kept) == (LINK_REVIEWS, number)
    later = scan(place)
    digest = hashlib.sha256(store.read_bytes()).hexdigest()
    assert later.run["link_reviews_sha256"] == digest
    found = by_number(later)
    assert found["罚3"].subject_id == B
    assert found["罚3"].links == ()
    assert found["罚2"].subject_id == A
