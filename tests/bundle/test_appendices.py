"""What the annexes tell: searches, zones, defences, versions of law, extraction."""

import csv
import datetime as dt
import hashlib
import io
import json
import random
from dataclasses import replace
from decimal import Decimal

import pypdf
import pytest

from pil_discovery.bundle import build
from pil_discovery.bundle.annex_tables import COLUMNS, FILES, MOST_ROWS
from pil_discovery.bundle.documents import Letter
from pil_discovery.bundle.lineage import data_behind
from pil_discovery.errors import BundleError
from pil_discovery.types import (
    Applied,
    Basis,
    Crossing,
    Model,
    Overlap,
    SetAside,
    Verdict,
)
from tests.bundle import factory, planted
from tests.bundle.test_documents import docx_text, say_the_same, texts

MODEL = factory.MODEL.model_copy(
    update={
        "clears": {"land_supplement": ("due_date",)},
        "labels": {"unpaid_cny": "尚欠价款", "days_late": "逾期天数"},
        "exclusions": tuple(
            factory.MODEL.exclusions[0].model_copy(update={"zh": zh, "when": when})
            for zh, when in (
                ("约定已经变更", "due_date > $as_of"),
                ("金额有疑", "amount_cny IS NULL"),
                ("合同编号有疑", "contract_no = 'x'"),
                ("已经付清", "amount_cny > 0"),
            )
        ),
    }
)
CROSSING = Crossing(
    item="F1",
    dataset="pbf",
    file="图层/永久基本农田.gpkg",
    row=7,
    name="图斑7",
    issuer="示例区自然资源和规划局",
    obtained="2026-09-20",
    sha256="c" * 64,
    how="intersection",
    area_m2=Decimal("1234.50"),
    area_low_m2=Decimal("1200.00"),
    area_high_m2=Decimal("1260.25"),
    p_overlap=Decimal("0.9990"),
    valid_from=dt.date(2021, 11, 1),
    used=False,
)


def whole(folder, **more):
    """A request with something for every table of the annexes."""
    first = factory.finding(
        1,
        geometry=factory.SQUARE,
        fact_last_date=dt.date(2026, 9, 30),
        exclusions=(Applied(then="review", zh="金额有疑"),),
        overlaps=(
            Overlap(
                step="paid",
                how="intersection",
                area_m2=Decimal("500.00"),
                share=Decimal("0.5000"),
            ),
        ),
    )
    second = factory.finding(2, undecided=("合同编号有疑",), missing=("合同编号",))
    aside = factory.finding(3, state="dropped", exclusions=(first.exclusions[0],))
    run = {
        "as_of": factory.AS_OF.isoformat(),
        "product": {"name": "pil_discovery", "version": "0.1.0"},
        "engines": {"duckdb": "2.0.0", "zonal": "duckdb"},
        "datasets": {"land_supplement": "补充协议"},
        "models": [
            {
                "id": MODEL.id,
                "missing_clears": ["land_supplement"],
                "counts": {
                    "population": 9,
                    "hit": 2,
                    "review": 0,
                    "dropped": 1,
                    "unknown": 1,
                    "clear": 5,
                },
            }
        ],
        "basis": {
            "re-16": {
                "later": [
                    {
                        "id": "new-1",
                        "citation_zh": "《新法》第一条",
                        "effective_from": "2026-08-15",
                        "role": "if_milder",
                    }
                ]
            }
        },
    }
    given = {
        "findings": [first, second],
        "models": {MODEL.id: MODEL},
        "run": run,
        "crossings": [CROSSING],
        "looked_at": [aside],
        "set_aside": [
            SetAside(
                file="数据/出让合同.csv",
                row=9,
                scope="row",
                reason_class="duplicate",
                reason="与第2行完全相同",
            ),
            SetAside(
                file="数据/出让合同.csv",
                row=2,
                column="geometry",
                scope="cell",
                reason_class="geometry_invalid",
                reason="图形已按要求修复：修复前面积 10.00 m²，修复后 12.00 m²",
            ),
        ],
        "verdicts": [
            Verdict(
                lead_id="x",
                model=MODEL.id,
                model_version="1.0.0",
                outcome="confirmed",
                on=dt.date(2026, 9, 29),
                stage="field",
                by="示例检察官",
                note="内部意见",
            )
        ],
    }
    return factory.request(folder, **{**given, **more})


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return build(whole(tmp_path_factory.mktemp("annexes")))


def rows(bundle, kind):
    text = (bundle.path / FILES[kind]).read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def table(bundle, kind):
    return next(t for t in tables(bundle) if t.kind == kind)


def tables(bundle):
    """The tables of the letter and of the appendix that the office keeps."""
    paths = sorted((bundle.path / "data/03_分析").glob("letter*.json"))
    told = [Letter.model_validate_json(p.read_bytes()) for p in paths]
    return [t for letter in told for a in letter.annexes for t in a.tables]


def words(bundle):
    paths = sorted(bundle.path.glob("data/00_*/*.docx"))
    return "".join(docx_text(p.read_bytes()) for p in paths)


def test_word_and_pdf_print_the_same_annexes(bundle):
    assert say_the_same(bundle)


def test_every_table_is_printed_and_lies_in_its_file(bundle):
    printed = {t.kind: t for t in tables(bundle)}
    assert printed.keys() == COLUMNS.keys()
    word = words(bundle)
    for kind in FILES:
        found = rows(bundle, kind)
        assert list(found[0]) == [c.title for c in COLUMNS[kind]]
        shown = [r.cells for r in printed[kind].rows]
        if kind != "absent":
            assert [tuple(r.values()) for r in found] == shown
        for cells in shown:
            assert all(c.replace(" ", "").replace("\u3000", "") in word for c in cells)
    assert sum(c.width_mm for c in COLUMNS["overlaps"]) == 156
    assert {sum(c.width_mm for c in cs) for cs in COLUMNS.values()} == {156}


def test_each_register_says_as_of_when_and_what_was_found(bundle):
    found = rows(bundle, "searched")
    contract, payment, supplement = found
    assert contract["登记数据"] == "S1　国有建设用地使用权出让合同（出让合同.csv）"
    assert "取得日期2026-09-15" in contract["取得日期和时段"]
    assert "读入2行，使用2行" in contract["取得日期和时段"]
    assert contract["比对的列和值"] == "合同编号（HT-1、HT-2）"
    assert contract["结果"] == "对应2行：R1、R2"
    assert payment["比对的列和值"] == "合同编号（HT-1、HT-2）、实缴金额"
    assert supplement["结果"] == "没有取得，未检索"


def test_a_register_without_a_row_says_so_and_no_more(tmp_path):
    found = factory.finding(1)
    alone = found.model_copy(update={"records": found.records[:1]})
    built = build(factory.request(tmp_path, findings=[alone]))
    assert rows(built, "searched")[1]["结果"] == "没有对应的行"
    assert "不等于事实上不存在" in words(built)


def test_days_of_rows_and_facts_stand_in_order(tmp_path):
    field = factory.DATASETS["land_contract"].fields[0]
    dated = field.model_copy(
        update={"name": "sign_date", "aliases": ("签订日期",), "type": "date"}
    )
    known = factory.DATASETS["land_contract"]
    datasets = {
        **factory.DATASETS,
        "land_contract": known.model_copy(update={"fields": (*known.fields, dated)}),
    }
    request = factory.request(tmp_path, datasets=datasets)
    cells = {**request.rows[0]["cells"], "签订日期": "2019-05-06"}
    built = build(
        replace(request, rows=[{**request.rows[0], "cells": cells}, *request.rows[1:]])
    )
    found = rows(built, "events")
    assert [r["日期"] for r in found] == ["2019-05-06", "2025-03-01", "2025-03-01"]
    assert found[0]["事项"] == "国有建设用地使用权出让合同：签订日期"
    assert found[0]["所在文件和行"] == "出让合同.csv第2行"
    assert found[0]["证据项"] == "R1"


def test_stages_name_who_and_when(bundle):
    found = rows(bundle, "stages")
    assert [r["由谁完成"] for r in found] == ["pil_discovery 0.1.0", "示例检察官", "—"]
    assert found[1]["情况"] == "实地核查：属实"
    assert found[2]["情况"] == "尚未签发"
    assert "内部意见" not in texts(bundle)[0]


def test_zones_have_areas_with_intervals_editions_and_items(bundle):
    own, other = rows(bundle, "overlaps")
    assert own["重叠面积和90%区间"] == "500.00平方米；区间未评定（没有位置误差）"
    assert own["证据项"] == "F1"
    assert other["图层和范围"] == "pbf：图斑7（永久基本农田.gpkg第7行，参考）"
    assert "取得日期2026-09-20；有效期2021-11-01至今" in other["版本和提供单位"]
    assert f"SHA-256 {'c' * 16}" in other["版本和提供单位"]
    area = other["重叠面积和90%区间"]
    assert area == "1234.50平方米；区间1200.00至1260.25平方米；关系成立的概率0.9990"
    assert "修复前面积 10.00 m²，修复后 12.00 m²" in table(bundle, "overlaps").after[1]


def test_defences_pass_fail_or_stay_open(bundle):
    found = {r["核对事项"]: r for r in rows(bundle, "defences")}
    assert found["金额有疑"]["结果"] == "不通过"
    assert found["金额有疑"]["核对所据"].startswith("F1显示该情形；列实缴金额，文件S2")
    assert found["合同编号有疑"]["结果"] == "不明"
    assert found["合同编号有疑"]["尚需人工核对"] == "合同编号"
    assert found["已经付清"]["结果"] == "通过"
    assert "2项发现均未显示" in found["已经付清"]["核对所据"]
    assert (
        table(bundle, "defences").after[0] == "人工核对要点1：核对出让合同及补充协议。"
    )


def test_data_that_were_not_given_prove_nothing(bundle):
    found = {r["核对事项"]: r for r in rows(bundle, "defences")}
    assert found["约定已经变更"]["结果"] == "不明"
    assert "没有取得land_supplement" in found["约定已经变更"]["核对所据"]
    assert found["批准、处罚、整改等数据是否查过"]["结果"] == "不明"


def test_what_was_left_out_and_set_aside_is_listed(bundle):
    (left,) = rows(bundle, "excluded")
    assert left["比对对象"] == "LAND-01　HT-3，1（示例置业有限公司）"
    assert (left["状态"], left["理由"]) == ("已排除", "金额有疑")
    assert "共计算9个对象：命中2" in table(bundle, "excluded").after[0]
    aside = rows(bundle, "set_aside")
    assert aside[0] == {
        "文件和行": "出让合同.csv第9行",
        "范围": "整行",
        "原因": "与第2行完全相同",
    }


def test_versions_say_why_and_what_follows(tmp_path):
    ended = factory.BASES[0].model_copy(
        update={
            "id": "old-1",
            "effective_from": dt.date(2018, 1, 1),
            "effective_to": dt.date(2026, 8, 14),
            "successor_zh": "示例法典第一条",
        }
    )
    gap = Basis(
        id="env.gap",
        law="",
        article="",
        effective_from=None,
        effective_to=None,
        kind="binding",
        role="gap",
        verified="text",
        summary_zh="",
        note="没有载入该日期的版本",
    )
    request = whole(tmp_path, bases=[*factory.BASES, ended, gap])
    own = [f.model_copy(update={"basis": ("re-16", "old-1")}) for f in request.findings]
    built = build(replace(request, findings=own))
    found = rows(built, "editions")
    told = {(r["依据"], r["所用版本和理由"]): r["其后的版本和衔接"] for r in found}
    assert any(
        why == "正文引用；2018-01-01至2026-08-14；事实持续期间内至2026年8月14日有效"
        and then == "2026年8月14日后见示例法典第一条"
        for (_, why), then in told.items()
    )
    assert any("《新法》第一条（2026-08-15起" in then for then in told.values())
    assert any(why.endswith("办案程序的依据，不按事实发生日期取用") for _, why in told)
    path = built.path / "data/04_方法/legal_basis.json"
    versions = {b["id"]: b for b in json.loads(path.read_text("utf-8"))["bases"]}
    assert versions["old-1"]["why"] == "事实持续期间内至2026年8月14日有效"
    assert versions["old-1"]["then"] == "2026年8月14日后见示例法典第一条"
    absent = rows(built, "absent")
    assert ["闲置土地处置办法" in r["依据"] for r in absent] == [True, False]
    assert absent[1] == {"依据": "env.gap", "没有印出的原因": "没有载入该日期的版本"}
    assert [r.cells[0] for r in table(built, "absent").rows] == ["env.gap"]
    assert "闲置土地处置办法" not in texts(built)[0]


def test_the_list_of_files_can_be_checked_and_signed(bundle, tmp_path):
    found = rows(bundle, "extraction")
    digests = [r["完整性校验值（SHA-256）"].replace(" ", "") for r in found]
    assert digests == [s.sha256 for s in factory.sources(factory.raw_files(tmp_path))]
    assert found[0]["文件名称和大小"] == "出让合同.csv（41字节）"
    assert found[0]["提取方法和取得日期"] == "编码utf-8、读入2行；取得日期2026-09-15"
    text = "".join(f"{d}  S{n}\n" for n, d in enumerate(digests, 1))
    slots = dict(r.cells for r in table(bundle, "signatures").rows)
    whole_list = hashlib.sha256(text.encode()).hexdigest()
    assert slots["清单校验值"].replace(" ", "") == whole_list
    assert slots["提取软件"] == "pil_discovery 0.1.0"
    assert "duckdb 2.0.0" in slots["读取和计算组件"]
    assert slots["提取人（一）"].endswith("（签名）")


def test_the_slots_are_filled_by_fields(tmp_path):
    fields = {"collector": "示例甲、示例乙、示例丙", "witness": "示例丁"}
    fields["extracted_on"] = "2026-09-15"
    built = build(factory.request(tmp_path, fields=fields))
    slots = dict(r.cells for r in table(built, "signatures").rows)
    people = [slots[f"提取人（{n}）"] for n in "一二三"]
    assert people == ["示例甲", "示例乙", "示例丙"]
    assert (slots["见证人"], slots["提取日期"]) == ("示例丁", "2026年9月15日")
    with pytest.raises(BundleError, match="提取"):
        build(factory.request(tmp_path / "b", fields={"collector": "示例甲"}))


def doubled(numbers):
    """Rows of quarantine that repeat others."""
    return [
        SetAside(
            file="数据/出让合同.csv",
            row=n,
            scope="row",
            reason_class="duplicate",
            reason=f"与第{n}行完全相同",
        )
        for n in numbers
    ]


def test_long_tables_are_cut_in_print_and_whole_beside_it(tmp_path):
    many = doubled(range(100, 160))
    built = build(whole(tmp_path, set_aside=many))
    assert len(rows(built, "set_aside")) == 60
    shown = table(built, "set_aside")
    assert len(shown.rows) == MOST_ROWS
    assert shown.after[-1] == "此处只列40行，其余20行见隔离的行.csv。"


def test_equal_requests_give_equal_bytes(tmp_path):
    roots = {build(whole(tmp_path / name)).root_sha256 for name in ("a", "b")}
    assert len(roots) == 1


@pytest.mark.parametrize("profile", ["agency", "court", "public"])
def test_nothing_planted_is_left_in_the_annexes(tmp_path, profile):
    rng = random.Random(profile)
    secrets = [(k, planted.KINDS[k](rng)) for k in ("id", "phone", "card", "address")]
    values = [value for _, value in secrets]
    words = "，".join(f"登记为{v}" for v in values)
    person = "王建国"
    request = whole(tmp_path, profile=profile)
    aside = request.looked_at[0].model_copy(
        update={
            "subject_name": "示例置业有限公司",
            "missing": (f"家住{values[3]}，联系人{person}",),
            "key": {"contract_no": values[0]},
        }
    )
    reason = request.set_aside[0].model_copy(
        update={"reason": f"重复：{person}{words}"}
    )
    named = CROSSING.model_copy(update={"name": f"承包人{person}{values[1]}"})
    noted = request.verdicts[0].model_copy(update={"note": words})
    built = build(
        replace(
            request,
            looked_at=[aside],
            set_aside=[reason],
            crossings=[named],
            verdicts=[noted],
            footnotes=True,
        )
    )
    assert planted.leaks(built.path, secrets) == []
    if profile == "court":
        assert rows(built, "set_aside")[0]["原因"] == "完全重复"
    else:
        assert not (built.path / FILES["set_aside"]).exists()


def test_who_acted_is_not_told_to_the_public(tmp_path):
    fields = {"collector": "王建国、李秀英", "witness": "赵志强"}
    for profile, told in (("court", True), ("public", False)):
        built = build(whole(tmp_path, profile=profile, fields=fields))
        text = "".join(planted.texts_of(built.path))
        assert ("示例检察官" in text) is told
        assert ("赵志强" in text) is told


def test_the_data_behind_a_condition_are_followed_through_the_steps():
    steps = [
        {"table": "paid", "sql": "SELECT contract_no FROM land_payment"},
        {"table": "left_over", "sql": "SELECT * FROM paid JOIN land_contract c"},
    ]
    sql = (
        "SELECT c.contract_no, p.total AS paid_cny, c.price - p.total AS owed, "
        "TRUE AS hit FROM land_contract c LEFT JOIN paid p ON TRUE"
    )
    tree = factory.MODEL.model_dump(mode="json")
    tree |= {"steps": steps, "population": {"key": ["contract_no"], "sql": sql}}
    model = Model.model_validate(tree)
    assert data_behind(model, "paid_cny > $x") == {"land_payment"}
    assert data_behind(model, "owed > 0") == {"land_payment", "land_contract"}
    assert data_behind(model, "amount_cny = 'paid_cny'") == {"land_payment"}
    assert data_behind(model, "$paid_cny > 0") == frozenset()


def test_what_does_not_travel_is_counted(tmp_path):
    """What of the quarantine is not in the bundle is told, with where all of it is."""
    many = doubled(range(100, 300))
    built = build(whole(tmp_path, set_aside=many, set_aside_left=57))
    assert len(rows(built, "set_aside")) == 200
    words = table(built, "set_aside").after
    assert "共257处" in words[-2]
    assert "另有57处没有收入；全部见筛查结果文件夹的quarantine.jsonl" in words[-2]
    assert words[-1] == "此处只列40行，其余160行见隔离的行.csv。"


def test_a_row_higher_than_a_page_begins_with_all_of_its_cells(tmp_path):
    """What stands beside the long cell does not slide over the next heading."""
    long = CROSSING.model_copy(update={"name": "长名" * 450, "item": "F77"})
    built = build(whole(tmp_path, crossings=[long]))
    (path,) = built.path.glob("data/00_*/建议书.pdf")
    pages = [p.extract_text() for p in pypdf.PdfReader(path).pages]
    (found,) = [n for n, text in enumerate(pages) if "F77" in text]
    assert found == min(n for n, text in enumerate(pages) if "长名" in text)
    assert sum("长名" in text for text in pages) > 1
