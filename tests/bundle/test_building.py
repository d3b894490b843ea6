import csv
import datetime as dt
import errno
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import pytest

from pil_discovery.bundle import build, verify
from pil_discovery.errors import BundleError, GateError
from pil_discovery.types import Archive, Course, ImageProvenance, Source
from pil_discovery.types.sources import Part
from tests.bundle import factory

ROOT = Path(__file__).parents[2]


def lines(path):
    return [json.loads(x) for x in path.read_text("utf-8").splitlines()]


def test_layout(built):
    found = {
        p.relative_to(built.path).as_posix()
        for p in built.path.rglob("*")
        if p.is_file()
    }
    assert built.path.name == "PIL-2026-e3456bc1f4d2-suggestion"
    assert {
        "README.txt",
        "verify.py",
        "bagit.txt",
        "bag-info.txt",
        "data/00_建议书/建议书.docx",
        "data/00_建议书/建议书.pdf",
        "data/01_证据清单/index.csv",
        "data/01_证据清单/index.html",
        "data/03_分析/items.jsonl",
        "data/03_分析/来源行.csv",
        "data/03_分析/来源行.jsonl",
        "data/03_分析/maps/位置图.png",
        "data/03_分析/layers.geojson",
        "data/04_方法/方法说明.md",
        "data/04_方法/rules.json",
        "data/04_方法/limits.md",
        "data/04_方法/legal_basis.json",
        "data/provenance.json",
        "data/ro-crate-metadata.json",
    } <= found
    assert not any("05_" in name or name.endswith(".tmp") for name in found)
    assert sum("02_原始材料" in name for name in found) == 2


def test_raw_copies_are_read_only_and_identical(built):
    for path in (built.path / "data/02_原始材料").iterdir():
        assert path.stat().st_mode & 0o222 == 0
        assert (
            factory.hashlib.sha256(path.read_bytes()).hexdigest()[:12] == path.name[:12]
        )


def test_index_lists_every_file_without_gaps(built):
    text = (built.path / "data/01_证据清单/index.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    listed = {r["文件"] for r in rows}
    payload = {
        p.relative_to(built.path).as_posix()
        for p in (built.path / "data").rglob("*")
        if p.is_file()
    }
    assert [r["证据编号"] for r in rows] == [str(n) for n in range(1, len(rows) + 1)]
    assert payload - listed == {
        "data/01_证据清单/index.csv",
        "data/01_证据清单/index.html",
    }
    assert listed <= payload


def test_two_builds_are_identical_whatever_the_machine_says(tmp_path):
    script = (
        "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path;"
        "from tests.bundle import factory; from pil_discovery.bundle import build;"
        "print(build(factory.request(Path(sys.argv[1]))).root_sha256)"
    )
    roots = set()
    for n, (zone, tongue, seed) in enumerate(
        [("UTC", "C", "1"), ("Asia/Shanghai", "zh_CN.UTF-8", "77")]
    ):
        folder = tmp_path / str(n)
        folder.mkdir()
        env = {**os.environ, "TZ": zone, "LC_ALL": tongue, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", script, folder, ROOT],
            env=env,
            cwd=folder,
            capture_output=True,
            check=True,
        )
        roots.add(done.stdout)
    assert len(roots) == 1


def test_a_finished_bundle_is_returned_never_overwritten(tmp_path):
    first = build(factory.request(tmp_path))
    again = build(factory.request(tmp_path))
    assert (again.existed, again.root_sha256) == (True, first.root_sha256)
    with pytest.raises(BundleError, match="已有同名证据包，内容不同"):
        build(factory.request(tmp_path, fields={"number": "17"}))
    (first.path / "data/provenance.json").write_text("{}")
    with pytest.raises(BundleError, match="已损坏"):
        build(factory.request(tmp_path))
    assert (first.path / "data/provenance.json").read_text() == "{}"


def test_leftovers_are_swept(tmp_path):
    left = tmp_path / "bundle/.PIL-2026-e3456bc1f4d2-suggestion.partial/data"
    left.mkdir(parents=True)
    (left / "old").write_text("x")
    done = build(factory.request(tmp_path))
    assert list((tmp_path / "bundle").iterdir()) == [done.path]
    assert verify(done.path).ok


def test_two_writers_do_not_meet(tmp_path):
    from pil_discovery.bundle.staging import staged

    name = "PIL-2026-e3456bc1f4d2-suggestion"
    refused = pytest.raises(BundleError, match="另一个进程")
    with staged(tmp_path / "bundle", name), refused:
        build(factory.request(tmp_path))


def test_a_fault_at_any_write_leaves_nothing_half_done(tmp_path, monkeypatch):
    wanted = build(factory.request(tmp_path / "clean", plate=False)).root_sha256
    real, made = os.fsync, tmp_path / "bundle"
    calls = iter(())

    def failing(handle):
        if next(calls):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", failing)
    for stop in (0, 1, 5, 12, 20, 24, 26, 28):
        calls = iter([False] * stop + [True])
        with pytest.raises(BundleError, match="No space"):
            build(factory.request(tmp_path, plate=False))
        assert not list(made.iterdir())
    calls = iter([False] * 1000)
    done = build(factory.request(tmp_path, plate=False))
    assert verify(done.path, root=wanted).ok


def test_a_changed_or_missing_source_is_refused(tmp_path):
    request = factory.request(tmp_path)
    request.source_paths["数据/出让合同.csv"].write_text("changed")
    with pytest.raises(BundleError, match="校验值不符"):
        build(request)
    with pytest.raises(BundleError, match="找不到来源文件"):
        build(replace(request, source_paths={}))
    assert list((tmp_path / "bundle").iterdir()) == []


def test_only_sources_behind_the_lead_travel(tmp_path):
    request = factory.request(tmp_path)
    other = Source(dataset="fishery", file="数据/其他.csv", sha256="0" * 64, bytes=1)
    done = build(replace(request, sources=[*request.sources, other]))
    assert len(list((done.path / "data/02_原始材料").iterdir())) == 2


def test_each_source_says_who_gave_it_out_and_what_it_covers(tmp_path):
    request = factory.request(tmp_path)
    first, second = request.sources
    known = first.model_copy(
        update={
            "issuer": "示例局",
            "period": ("2019-03-05", "2020-06-01"),
            "archive": Archive(file="土地.zip", sha256="f" * 64),
        }
    )
    done = build(replace(request, sources=[known, second]))
    index = (done.path / "data/01_证据清单/index.csv").read_text("utf-8-sig")
    rows = {row["名称"]: row for row in csv.DictReader(index.splitlines())}
    told = next(row for name, row in rows.items() if "出让合同.csv" in name)
    assert told["来源"] == "示例局"
    assert told["取得时间"] == "2026-09-15"
    assert told["时段或有效期"] == "数据时段2019-03-05至2020-06-01"
    assert told["SHA-256"] == first.sha256
    assert told["出自压缩包"] == f"土地.zip（SHA-256 {'f' * 64}）"
    other = next(row for name, row in rows.items() if "缴库明细.csv" in name)
    assert (other["来源"], other["时段或有效期"]) == (
        "未提供",
        "数据时段未提供（无日期）",
    )
    entities = json.loads((done.path / "data/provenance.json").read_text())["entity"]
    assert entities["S1"]["archive"] == {"file": "土地.zip", "sha256": "f" * 64}
    assert entities["S1"]["period"] == ["2019-03-05", "2020-06-01"]
    method = (done.path / "data/04_方法/方法说明.md").read_text()
    assert "提供单位示例局，取得日期2026-09-15，数据时段2019-03-05至2020" in method
    assert "出自压缩包土地.zip" in method


def test_parts_of_a_shapefile_travel_along(tmp_path):
    request = factory.request(tmp_path)
    side = tmp_path / "工作区/数据/出让合同.prj"
    side.write_text("GEOGCS")
    done = build(
        replace(
            request, source_paths={**request.source_paths, "数据/出让合同.prj": side}
        )
    )
    assert any(p.suffix == ".prj" for p in (done.path / "data/02_原始材料").iterdir())
    assert verify(done.path).ok


def test_every_fault_of_the_fields_is_told_at_once(tmp_path):
    fields = {"number": "十七", "rectify_by": "30.9.", "nonsense": "x"}
    with pytest.raises(BundleError) as caught:
        build(factory.request(tmp_path, fields=fields, profile="press"))
    text = str(caught.value)
    assert all(word in text for word in ("number", "rectify_by", "nonsense", "press"))


def test_unknown_kind_names_the_known_ones(tmp_path):
    with pytest.raises(BundleError, match="suggestion"):
        build(factory.request(tmp_path, kind="poem"))


def test_the_gate_names_every_missing_element(tmp_path):
    course = Course(agency=None, route="civil", why="没有行政机关")
    request = factory.request(
        tmp_path, course=course, bases=factory.BASES[-1:], remedies={}
    )
    request = replace(request, lead=request.lead.model_copy(update={"agency": None}))
    with pytest.raises(GateError) as caught:
        build(request)
    text = str(caught.value)
    assert all(
        w in text
        for w in (
            "行政机关的名称",
            "法律依据",
            "整改期限",
            "办理路径",
        )
    )


def test_items_lead_numbers_back_to_rows_and_files(built):
    items = {i["item"]: i for i in lines(built.path / "data/03_分析/items.jsonl")}
    fact = items["F1"]
    assert fact["measures"]["unpaid_cny"] == {
        "value": "12345678.90",
        "unit": "CNY",
        "low": None,
        "high": None,
    }
    assert {"text": "1234.57", "origin": "measure:unpaid_cny"} in fact["numbers"]
    assert {"text": "578", "origin": "measure:days_late"} in fact["numbers"]
    for row in (items[p] for p in fact["parents"]):
        assert len(items[row["parents"][0]]["sha256"]) == 64
        assert row["cells"]["联系电话"] in {"138******34", "13800001234"}
    contract = next(i for i in items.values() if i.get("dataset") == "land_contract")
    assert contract["cells"]["联系电话"] == "138******34"


def test_areas_carry_their_interval(tmp_path):
    measures = {
        "area_m2": Decimal("812.35"),
        "area_low_m2": Decimal("790.00"),
        "area_high_m2": Decimal("835.10"),
    }
    request = factory.request(
        tmp_path,
        findings=[factory.finding(1, measures=measures, sentence_zh="占用0.08公顷。")],
    )
    fact = next(
        i
        for i in lines(build(request).path / "data/03_分析/items.jsonl")
        if i["item"] == "F1"
    )
    assert fact["measures"]["area_m2"]["low"] == "790.00"
    assert fact["measures"]["area_m2"]["high"] == "835.10"
    assert fact["numbers"] == [{"text": "0.08", "origin": "measure:area_m2"}]


def test_formula_like_cells_are_disarmed_and_marked(built):
    text = (built.path / "data/03_分析/来源行.csv").read_bytes().decode("utf-8-sig")
    rows = [
        r for r in csv.DictReader(io.StringIO(text, newline="")) if r["列"] == "备注"
    ]
    assert {(r["值"], r["加前缀"]) for r in rows} == {("'=1+1", "1")}


def test_law_versions_say_what_may_be_cited(built):
    known = json.loads(
        (built.path / "data/04_方法/legal_basis.json").read_text("utf-8")
    )["bases"]
    assert {b["id"]: b["printed"] for b in known}["mem-53-14"] is False
    assert all(b["printed"] for b in known if b["verified"] != "secondary")


def test_geometry_keeps_numbers_and_names_its_item(built):
    layer = json.loads((built.path / "data/03_分析/layers.geojson").read_text("utf-8"))
    assert layer["features"][0]["id"] == "F1"
    assert layer["features"][0]["geometry"] == factory.SQUARE


def test_the_crate_is_what_its_standard_asks_for(tmp_path):
    """RO-Crate 1.1: descriptor, root data set, files in `hasPart`, legal references."""
    side = tmp_path / "工作区/数据/出让合同.a b[1]"
    request = factory.request(tmp_path, plate=False)
    side.write_text("x")
    paths = {**request.source_paths, "数据/出让合同.a b[1]": side}
    path = build(replace(request, source_paths=paths)).path / "data"
    crate = json.loads((path / "ro-crate-metadata.json").read_text("utf-8"))
    entities = {e["@id"]: e for e in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    descriptor = entities["ro-crate-metadata.json"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = entities["./"]
    assert root["@type"] == "Dataset"
    assert all(root[n] for n in ("name", "description", "datePublished", "license"))
    dt.date.fromisoformat(root["datePublished"])
    parts = {p["@id"] for p in root["hasPart"]}
    files = {i: e for i, e in entities.items() if e["@type"] == "File"}
    assert parts == set(files)
    assert any("%20" in i and "%5B" in i for i in files)
    for name, entity in files.items():
        assert re.fullmatch(r"[^ \"<>\\^`{|}\[\]#?]+", name)
        data = (path / unquote(name)).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entity["sha256"]
        assert str(len(data)) == entity["contentSize"]


def test_crate_lists_files_with_hashes(built):
    crate = json.loads((built.path / "data/ro-crate-metadata.json").read_text("utf-8"))
    files = [e for e in crate["@graph"] if e["@type"] == "File"]
    assert all((built.path / "data" / e["@id"]).is_file() for e in files)
    assert crate["@context"] == "https://w3id.org/ro/crate/1.1/context"


def test_pictures_bring_their_whole_provenance(tmp_path):
    picture = ImageProvenance(
        file="数据/缴库明细.csv",
        sha256="ab" * 32,
        pixel_sha256="cd" * 32,
        bytes=1,
        acquired_utc="2025-05-12T02:41:00+00:00",
        acquired_beijing="2025-05-12T10:41:00+08:00",
        sensor="S2",
        crs="EPSG:4549",
        gsd_x_m=10,
        gsd_y_m=10,
        bands=("red",),
        dtype="uint16",
        missing=("使用许可",),
    )
    built = build(factory.request(tmp_path, images=[picture]))
    told = json.loads((built.path / "data/provenance.json").read_text("utf-8"))
    (entity,) = [e for e in told["entity"].values() if "image" in e]
    assert entity["file"] == picture.file
    assert entity["image"]["pixel_sha256"] == "cd" * 32
    assert entity["image"]["missing"] == ["使用许可"]
    text = (built.path / "data/04_方法/limits.md").read_text("utf-8")
    assert "来源信息缺失：数据/缴库明细.csv：使用许可" in text


def test_limits_say_what_is_missing(built):
    text = (built.path / "data/04_方法/limits.md").read_text("utf-8")
    for words in (
        "没有补充协议数据",
        "land_supplement",
        "未计算违约金",
        "政府尚未交地",
        "不是对任何单位",
    ):
        assert words in text


def test_a_source_that_is_a_folder_travels_as_its_files_and_their_listing(tmp_path):
    plain = factory.request(tmp_path)
    folder = tmp_path / "工作区/数据/红线.gdb"
    folder.mkdir()
    for name in ("a00000001.gdbtable", "a00000001.gdbtablx"):
        (folder / name).write_bytes(name.encode())
    members = {f"数据/红线.gdb/{p.name}": p for p in sorted(folder.iterdir())}
    parts = tuple(
        Part(
            file=file,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            bytes=path.stat().st_size,
        )
        for file, path in members.items()
    )
    listing = "".join(f"{p.file[10:]} {p.bytes} {p.sha256}\n" for p in parts)
    digest = hashlib.sha256(listing.encode()).hexdigest()
    source = Source(
        dataset="land_contract",
        file="数据/红线.gdb",
        sha256=digest,
        bytes=sum(p.bytes for p in parts),
        parts=parts,
    )
    paths = {**plain.source_paths, source.file: folder, **members}
    done = build(replace(plain, sources=[*plain.sources, source], source_paths=paths))
    raw = done.path / "data/02_原始材料"
    assert (raw / f"{digest[:12]}_红线.gdb").read_text("utf-8") == listing
    for path in members.values():
        assert (raw / f"{digest[:12]}_{path.name}").read_bytes() == path.read_bytes()
    assert verify(done.path).ok


def test_a_time_strip_is_evidence_of_its_finding(tmp_path):
    strip = factory.png(300, 200)
    made = build(factory.request(tmp_path, strips={"F2": strip}))
    path = "data/03_分析/maps/时序图_F2.png"
    assert (made.path / path).read_bytes() == strip
    lines = (made.path / "data/03_分析/items.jsonl").read_text(encoding="utf-8")
    items = [json.loads(line) for line in lines.splitlines()]
    (item,) = [i for i in items if i.get("path") == path]
    assert item["parents"] == ["F2"]
    assert item["evidence_no"]
    text = (made.path / "data/01_证据清单/index.csv").read_bytes().decode("utf-8-sig")
    assert "影像时间序列图（发现F2）" in text
