"""`pil bundle` and `pil verify` on the sample district, with one model."""

import json
import re
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import pil_discovery as pil
from pil_discovery.bundle.sealing import read_head
from pil_discovery.catalog.limits import source_name
from pil_discovery.cli.root import pil as command
from pil_discovery.errors import BundleError, GateError
from pil_discovery.pipeline.cases import open_ledger
from pil_discovery.pipeline.packing import _classified, _secret
from pil_discovery.types import LayerSource
from tests.bundle import authority, planted
from tests.bundle.test_documents import docx_text
from tests.procedure.ledger.desk import TWO, Desk, investigated, served

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "workspace"
PASSWORD = authority.PASSWORD.decode()

pytestmark = [
    pytest.mark.xdist_group("demo"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl command"),
]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scanned")
    shutil.copytree(SAMPLE, folder / "workspace")
    found = pil.scan(folder / "workspace", models=["land/unpaid-price"])
    return folder / "workspace", found.write(folder / "out")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return authority.found(tmp_path_factory.mktemp("pki") / "ca")


@pytest.fixture
def run(monkeypatch):
    def run(*words, code=0):
        done = CliRunner().invoke(command, [str(w) for w in words])
        assert done.exit_code == code, done.output
        return done

    monkeypatch.setenv("PIL_KEY_PASSWORD", PASSWORD)
    return run


def test_a_layer_that_changed_since_the_scan_is_told_though_no_lead_rests_on_it(
    scanned, tmp_path
):
    shutil.copytree(scanned[0], tmp_path / "workspace")
    layer = tmp_path / "workspace/图层/临时用地.geojson"
    order = (scanned[1], "1", "suggestion", tmp_path / "b")
    layer.write_bytes(layer.read_bytes() + b"\n")
    with pytest.raises(BundleError, match=r"临时用地\.geojson：原始文件与筛查时不同"):
        pil.build_bundle(*order, workspace=tmp_path / "workspace")
    assert not list((tmp_path / "b").glob("*"))


def test_signed_stamped_and_noted_in_the_ledger(scanned, office, run, tmp_path):
    _, out = scanned
    desk = Desk(tmp_path / "案件.ledger")
    desk.open()
    words = ("bundle", out, "1", "-o", tmp_path / "b", "--case", desk.ledger)
    refused = run(*words, desk.case, code=3)
    assert "调查没有终结" in refused.stderr
    assert "ban-73" in refused.stderr
    investigated(desk)
    words = ("--p12", office.p12, "--tsa", office.tsa)
    where = ("--case", desk.ledger, desk.case)
    done = run("bundle", out, "1", "-o", tmp_path / "b", *words, *where)
    path = Path(done.stdout.strip())
    assert "已签名" in done.stderr
    head = read_head(path)
    last = open_ledger(tmp_path / "案件.ledger").head()
    assert (head["count"], head["hash"]) == (last.seq, last.hash)
    told = run("verify", path, "--trust", office.ca, "--json")
    (verdict,) = json.loads(told.stdout).values()
    assert (verdict["ok"], verdict["trusted"]) == (True, True)
    again = run("bundle", out, "1", "-o", tmp_path / "b", *words, *where)
    assert again.stdout == done.stdout
    assert open_ledger(tmp_path / "案件.ledger").head().seq == last.seq
    with sqlite3.connect(tmp_path / "案件.ledger") as book:
        dump = "\n".join(book.iterdump())
    assert head["root_sha256"] in dump


def test_a_follow_up_compares_the_lead_of_the_case_with_the_scan(
    scanned, run, tmp_path
):
    _, out = scanned
    desk = Desk(tmp_path / "案件.ledger")
    desk.open("--scan", out, "--lead", "1")
    served(desk)
    desk.record("agency.reply", "2026-05-20", measure="价款已全部缴清")
    desk.record("followup.check", "2026-06-11", outcome="not", collector=TWO)
    words = ("--kind", "followup-report", "-o", tmp_path / "b")
    words += ("--field", "date=2026-09-30")  # not older than the scan
    case = ("--case", desk.ledger, desk.case)
    done = run("bundle", out, "1", *words, *case)
    (file,) = Path(done.stdout.strip()).glob("data/00_*/*.docx")
    text = docx_text(file.read_bytes())
    assert "与立案时的线索比对，结果为没有变化（待核查）" in text
    assert "价款已全部缴清" in text
    assert "各种不依法履职情形的迹象" in text
    assert text.count("由检察官判断") == 2
    assert "“欠缴土地出让价款及违约金”示让" in text
    assert not re.search(r"[a-z]_[a-z]|LAND-\d", text)
    other = run("bundle", out, "2", *words, *case, code=3)
    assert "案件登记的是另一条线索" in other.stderr


def test_a_stamp_needs_a_signature_and_a_case_must_be_known(
    scanned, office, run, tmp_path
):
    _, out = scanned
    run("bundle", out, "1", "-o", tmp_path, "--tsa", office.tsa, code=2)
    open_ledger(tmp_path / "leer.ledger")
    words = ("--p12", office.p12, "--case", tmp_path / "leer.ledger", "A-1")
    refused = CliRunner().invoke(
        command, [str(w) for w in ("bundle", out, "1", "-o", tmp_path / "b", *words)]
    )
    assert refused.exit_code != 0
    assert not (tmp_path / "b").exists()


def test_a_wrong_password_is_told(scanned, office, run, monkeypatch, tmp_path):
    monkeypatch.setenv("PIL_KEY_PASSWORD", "falsch")
    _, out = scanned
    done = run("bundle", out, "1", "-o", tmp_path, "--p12", office.p12, code=2)
    assert "口令不对" in done.stderr
    assert "falsch" not in done.output


def test_every_profile_of_a_real_lead_holds_no_personal_data(scanned, run, tmp_path):
    _, out = scanned
    for profile in ("agency", "court", "public"):
        done = run("bundle", out, "1", "-o", tmp_path, "--profile", profile)
        path = Path(done.stdout.strip())
        assert path.name.endswith(f"-{profile}")
        assert "未生成密封附件" in done.stderr
        assert run("verify", path).exit_code == 0
        assert planted.find_marked(path) == []


def test_a_field_is_opened_on_the_command_line(scanned, office, run, tmp_path):
    _, out = scanned
    words = ("--profile", "public", "--p12", office.p12)
    done = run(
        *("bundle", out, "1", "-o", tmp_path, *words),
        *("--field", "contact=王小明", "--field", "phone=13800001234"),
    )
    annex = f"{done.stdout.strip()}.sealed"
    known = ("--by", "张三", "--on", "2026-10-08", "--p12", office.p12)
    opened = run("verify", annex, "--open", "电话1", *known)
    assert "13800001234" in opened.stdout
    assert "一致" in opened.stderr
    run("verify", annex, "--open", "电话1", code=2)


def test_the_findings_come_out_again(scanned, run, tmp_path):
    workspace, out = scanned
    path = pil.build_bundle(out, "1", "suggestion", tmp_path).path
    assert pil.reproduce(path, workspace=workspace).ok
    done = run("verify", path, "--reproduce")
    assert "重新计算结果一致" in done.stderr


def test_a_finding_that_does_not_come_out_is_named(scanned, tmp_path):
    """The bundle is rewritten whole: its manifests are sound, its numbers are not."""
    workspace, out = scanned
    path = pil.build_bundle(out, "1", "suggestion", tmp_path).path
    items = path / "data/03_分析/items.jsonl"
    lines = [json.loads(x) for x in items.read_text("utf-8").splitlines()]
    fact = next(x for x in lines if x["kind"] == "finding")
    name = next(iter(fact["measures"]))
    fact["measures"][name]["value"] = "99999999.00"
    items.write_text("\n".join(json.dumps(x) for x in lines), "utf-8")
    answer = pil.reproduce(path)
    assert not answer.ok
    assert any("99999999.00" in p.what and "F1" in p.file for p in answer.problems)
    other = tmp_path / "workspace"
    shutil.copytree(workspace, other)
    source = next(x for x in lines if x["kind"] == "source")["file"]
    with (other / source).open("ab") as file:
        file.write(b"\n")
    changed = pil.reproduce(path, workspace=other)
    assert source in {p.file for p in changed.problems}


def test_a_redacted_bundle_cannot_be_computed_again(scanned, tmp_path):
    _, out = scanned
    path = pil.build_bundle(out, "1", "suggestion", tmp_path, profile="court").path
    with pytest.raises(BundleError, match="不能重现"):
        pil.reproduce(path)


def test_a_classified_source_is_refused(scanned, run, tmp_path):
    workspace, out = scanned
    place = tmp_path / "workspace"
    shutil.copytree(workspace, place)
    text = (place / "pil.yaml").read_text("utf-8")
    file = next(
        s["file"]
        for s in json.loads((out / "run.json").read_text("utf-8"))["sources"]
        if s["dataset"] == "land_contract"
    )
    assert f"file: {file}" in text
    marked = text.replace(f"file: {file}", f"file: {file}, classification: 秘密", 1)
    (place / "pil.yaml").write_text(marked, "utf-8")
    words = ("bundle", out, "1", "-o", tmp_path / "b", "--workspace", place)
    done = run(*words, "--profile", "agency", code=3)
    assert "定为“秘密”" in done.stderr
    assert pil.build_bundle(
        out, "1", "suggestion", tmp_path / "b", workspace=place
    ).path.is_dir()
    with pytest.raises(GateError):
        pil.build_bundle(
            *(out, "1", "suggestion", tmp_path / "b"),
            workspace=place,
            profile="public",
        )


def test_a_classified_answer_of_a_database_is_known_by_its_query():
    """It has no file: it is refused and kept off maps as a file would be."""
    asked = {"dataset": "pbf", "database": "service=示例", "query": "SELECT * FROM t"}
    secret = LayerSource(**asked, classification="秘密")
    place = SimpleNamespace(records=(), layers=(secret,), images=())
    name = source_name(secret)
    used = SimpleNamespace(file=name)
    behind = SimpleNamespace(place=place, sources=[used], findings=[])
    assert _classified(behind) == {name: "秘密"}
    assert _secret(behind) == {name}
