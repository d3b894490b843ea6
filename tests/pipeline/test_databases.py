"""Workspaces whose sources are databases: check, scan, bundle."""

import csv
import json
import shutil
from pathlib import Path

import geopandas as gpd
import pytest
import yaml

import pil_discovery as pil
from pil_discovery.catalog.limits import source_name
from pil_discovery.errors import BundleError, ReadError, WorkspaceError
from pil_discovery.pipeline.checking import check_workspace
from pil_discovery.types import RecordSource
from tests.postgres import PASSWORD

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "workspace"
MODELS = ["LAND-01", "ENV-02"]
DATA = {
    *("land_instalment", "land_payment", "land_contract", "land_supplement"),
    *("land_collection_notice", "outfall", "water_zone", "penalty"),
}
PAYMENTS, ZONES = "数据/缴库明细_2023年及以前.csv", "图层/饮用水水源保护区.gpkg"
OUTFALLS = "数据/入河排污口.csv"


@pytest.fixture
def folder(server, tmp_path):
    """What the two models need of the sample; three of its sources in a database."""
    root = _files(tmp_path)
    _payments(server)
    _outfalls(server)
    _zones(server)
    content = yaml.safe_load((root / "pil.yaml").read_text(encoding="utf-8"))
    for entry in [*content["records"], *content["layers"]]:
        query = {
            PAYMENTS: "SELECT * FROM 缴库 ORDER BY random()",
            OUTFALLS: "SELECT * FROM 排污口",
            ZONES: "SELECT * FROM 保护区",
        }.get(entry["file"])
        if query is not None:
            del entry["file"]
            entry |= {"database": server.url(), "query": query}
    return _write(tmp_path / "工作区", content)


def _files(tmp_path):
    """Copy the sample twice: as it is, and where sources are to be replaced."""
    for name in ("文件", "工作区"):
        shutil.copytree(SAMPLE, tmp_path / name)
    content = yaml.safe_load((SAMPLE / "pil.yaml").read_text(encoding="utf-8"))
    del content["images"]  # no model here looks at them
    for part in ("records", "layers"):
        content[part] = [e for e in content[part] if e["dataset"] in DATA]
    return _write(tmp_path / "文件", content)


def _write(root, content):
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    (root / "pil.yaml").write_text(text, encoding="utf-8")
    return root


def _payments(server):
    with (SAMPLE / PAYMENTS).open(encoding="gb18030", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["合同编号", "期次", "入库日期", "入库金额(元)", "款项性质"]
    values = ", ".join(
        f"('{no}', {part}, '{day.replace('.', '-')}', {amount.replace(',', '')}, "
        f"'{kind}')"
        for no, part, day, amount, kind in rows
    )
    server.run(
        "DROP TABLE IF EXISTS 缴库",
        'CREATE TABLE 缴库 (合同编号 text, 期次 int, 入库日期 date, "入库金额(元)" '
        "numeric(14,2), 款项性质 text)",
        f"INSERT INTO 缴库 VALUES {values}",
        "GRANT SELECT ON 缴库 TO reader",
    )


def _outfalls(server):
    with (SAMPLE / OUTFALLS).open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    columns = ", ".join(
        f"{name} {'float8' if name in ('经度', '纬度') else 'text'}" for name in header
    )
    server.run(
        "DROP TABLE IF EXISTS 排污口",
        f"CREATE TABLE 排污口 ({columns})",
        *(f"INSERT INTO 排污口 VALUES ({_literals(row)})" for row in rows),
        "GRANT SELECT ON 排污口 TO reader",
    )


def _literals(texts):
    return ", ".join(f"'{text}'" if text else "NULL" for text in texts)


def _zones(server):
    frame = gpd.read_file(SAMPLE / ZONES)
    columns = ", ".join(f"{n} text" for n in frame.columns if n != "geometry")
    rows = [
        (*map(str, row.drop("geometry")), row.geometry.wkt)
        for _, row in frame.iterrows()
    ]
    server.run(
        "DROP TABLE IF EXISTS 保护区",
        f"CREATE TABLE 保护区 ({columns}, geom geometry(Geometry, 4490))",
        *(
            f"INSERT INTO 保护区 VALUES ({_literals(texts)}, "
            f"ST_GeomFromText('{shape}', 4490))"
            for *texts, shape in rows
        ),
        "GRANT SELECT ON 保护区 TO reader",
    )


def findings(scan):
    """Return what was found, without the rows and editions of layers it rests on."""
    return [f.model_dump(exclude={"records", "layers"}) for f in scan.findings]


def test_a_database_gives_the_findings_of_the_same_rows_in_files(folder):
    from_files, from_database = (
        pil.scan(place, models=MODELS) for place in (folder.parent / "文件", folder)
    )
    assert {f.code for f in from_files.findings} == set(MODELS)
    assert findings(from_database) == findings(from_files)


def test_a_scan_tells_where_it_read_and_no_password(folder, tmp_path):
    out = pil.scan(folder, models=MODELS).write(tmp_path / "out")
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    sources = [s for s in run["sources"] if s["file"].startswith("database:127.0.0.1:")]
    assert sorted(s["dataset"] for s in sources) == [
        "land_payment",
        "outfall",
        "water_zone",
    ]
    for source in sources:
        used, aside = source["rows_used"], source["rows_quarantined"]
        assert source["rows_read"] == used + aside > aside
    assert all(len(s["sha256"]) == 64 and s["bytes"] > 0 for s in sources)
    for path in out.iterdir():
        content = path.read_bytes()
        assert PASSWORD.encode() not in content
        assert b"PIL_DB_PASSWORD" not in content
        assert b"reader" not in content or path.suffix == ".html"


def test_a_second_scan_gives_the_same_bytes(folder, tmp_path):
    first = pil.scan(folder, models=MODELS).write(tmp_path / "一")
    second = pil.scan(folder, models=MODELS).write(tmp_path / "二")
    for path in first.iterdir():
        if path.name != "timing.json":
            assert path.read_bytes() == (second / path.name).read_bytes()


def _workspace(root, *records, **more):
    content = {
        "name": "试",
        "as_of": "2026-09-30",
        "jurisdiction": "990302",
        "office": {"name": "示例区人民检察院"},
        "records": list(records),
        **more,
    }
    return _write(root, content)


def _source(server, query, **more):
    return {"dataset": "land_payment", "database": server.url(), "query": query, **more}


def test_a_check_counts_rows_and_lists_what_cannot_be_read(server, tmp_path):
    _payments(server)
    missing = _source(server, "SELECT * FROM 没有")
    secret = _source(server, "SELECT * FROM pg_authid")
    good = _source(server, "SELECT * FROM 缴库")
    found = check_workspace(_workspace(tmp_path, missing, good, secret))
    told = [str(p) for p in found.problems]
    assert any("查询里的表或视图不存在" in t for t in told)
    assert any("没有读取的权限" in t for t in told)
    (source,) = found.sources
    assert source["dataset"] == "land_payment"
    assert source["rows_read"] == source["rows_used"] > 10
    (overview,) = found.overviews
    assert overview["dataset"] == "land_payment"
    assert PASSWORD not in json.dumps(found.as_dict(), ensure_ascii=False)
    assert (tmp_path / "检查结果.xlsx").is_file()


def test_a_wrong_password_stops_a_scan_in_one_sentence(server, tmp_path, monkeypatch):
    monkeypatch.setenv("PIL_DB_PASSWORD", "不对的密码")
    place = _workspace(tmp_path, _source(server, "SELECT 1"))
    with pytest.raises(ReadError, match="用户名或密码不对") as caught:
        pil.scan(place)
    assert len(caught.value.problems) == 1
    assert "不对的密码" not in str(caught.value)


def test_all_mistakes_of_database_sources_come_at_once(tmp_path, monkeypatch):
    monkeypatch.delenv("PIL_DB_NONE", raising=False)
    (tmp_path / "a.csv").write_text("a\n", encoding="utf-8")
    url, query = "postgresql+psycopg://u:secret@h/d", "select 1"
    entries = (
        {"file": "a.csv", "database": url, "query": query},
        {},
        {"file": "a.csv", "query": query},
        {"database": url},
        {"database": url, "query": "drop table t"},
        {"database": "mysql://u:secret@h/d", "query": query},
        {"database": "${PIL_DB_NONE}", "query": query},
        {"database": url, "query": query, "sheet": "一", "encoding": "utf-8"},
        {"database": url, "query": f"{query} as n"},
        {"database": url, "query": f"{query} as n"},
    )
    place = _workspace(tmp_path, *({"dataset": "land_payment", **e} for e in entries))
    with pytest.raises(WorkspaceError) as caught:
        pil.open_workspace(place)
    told = [str(p) for p in caught.value.problems]
    for number, words in (
        (0, "file 和 database 只能写一个"),
        (1, "没有写 file，也没有写 database"),
        (2, "query 只能与 database 同用"),
        (3, "有 database 而没有 query"),
        (4, "查询语句以「drop」开头"),
        (5, "不支持用「mysql」连接数据库；可用：postgresql+psycopg"),
        (6, "没有设置环境变量 PIL_DB_NONE"),
        (7, "数据库来源不用 sheet"),
        (7, "数据库来源不用 encoding"),
        (9, "「database:h/d#"),
    ):
        assert any(f"records[{number}]" in t and words in t for t in told), words
    assert "secret" not in "".join(told)
    assert not any("records[6]" in t and "两次" in t for t in told)


def test_a_source_is_named_by_its_file_or_its_query(server):
    assert source_name(RecordSource(dataset="x", file="a.csv")) == "a.csv"
    entry = RecordSource(**_source(server, "select 1"))
    assert source_name(entry).startswith(f"database:127.0.0.1:{server.port}/pil#")
    assert "PIL_DB" not in repr(entry)


def test_a_bundle_holds_the_answer_and_refuses_another(server, folder, tmp_path):
    scan = pil.scan(folder, models=["LAND-01"])
    out = scan.write(tmp_path / "out")
    lead = next(lead for lead in scan.leads if lead.code == "LAND-01").lead_id
    done = pil.build_bundle(out, lead, "suggestion", tmp_path / "包")
    raw = [p for p in (done.path / "data/02_原始材料").iterdir() if "jsonl" in p.name]
    (answer,) = raw
    (source,) = (
        s
        for s in scan.run["sources"]
        if s["dataset"] == "land_payment" and s["file"].startswith("database:")
    )
    assert answer.name.startswith(source["sha256"][:12])
    assert answer.stat().st_size == source["bytes"]
    assert pil.verify_bundle(done.path).ok
    server.run("UPDATE 缴库 SET 期次 = 99 WHERE 期次 = 1")
    with pytest.raises(BundleError, match="数据库里的内容与筛查时不同"):
        pil.build_bundle(out, lead, "suggestion", tmp_path / "又")
