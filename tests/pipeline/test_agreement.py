from types import SimpleNamespace

import pytest

from pil_discovery.errors import BundleError
from pil_discovery.pipeline.agreement import demand_agreement, settings_sha256
from pil_discovery.types import Office, RecordSource, Workspace

FINDING = SimpleNamespace(model="land/x", model_version="1.0.0", rates=())


def workspace(**more):
    given = {
        "root": "/x",
        "name": "试",
        "as_of": "2026-09-30",
        "jurisdiction": "990302",
        "office": Office(name="示例区人民检察院"),
    }
    return Workspace(**{**given, **more})


def run_of(place):
    said = {"settings_sha256": settings_sha256(place)}
    return {"as_of": "2026-09-30", "sources": [], "models": [], "workspace": said}


def catalog(version, sha256="a", tables=None):
    model = SimpleNamespace(version=version, origin=SimpleNamespace(sha256=sha256))
    return SimpleNamespace(models={"land/x": model}, tables=tables or {})


def test_only_what_changes_the_reading_counts():
    place = workspace()
    same = workspace(
        root="/y", name="改名", as_of="2025-01-01", models=("builtin", "m")
    )
    assert settings_sha256(same) == settings_sha256(place)
    source = RecordSource(dataset="land_payment", file="a.csv")
    yuan = workspace(records=(source,))
    wan = source.model_copy(update={"units": {"amount_cny": "万元"}})
    assert (
        len({settings_sha256(w) for w in (place, yuan, workspace(records=(wan,)))}) == 3
    )


def test_agreement_is_silent():
    place = workspace()
    demand_agreement(run_of(place), place, [FINDING], catalog("1.0.0"))


def test_every_disagreement_is_told():
    found = [
        FINDING,
        SimpleNamespace(model="land/gone", model_version="1.0.0", rates=()),
    ]
    run = run_of(workspace(jurisdiction="990303"))
    with pytest.raises(BundleError) as caught:
        demand_agreement(run, workspace(), found, catalog("1.1.0"))
    told = [str(p) for p in caught.value.problems]
    assert "land/gone：筛查时用的这个模型现在找不到" in told[0]
    assert "land/x：模型在筛查时是 1.0.0 版，现在是 1.1.0 版" in told[1]
    assert "pil.yaml：数据来源的登记" in told[2]


def test_a_local_model_that_changed_under_its_version_is_told():
    place = workspace()
    noted = {"id": "land/x", "local": True, "file": "本地/land/x.yaml", "sha256": "a"}
    run = {**run_of(place), "models": [noted]}
    demand_agreement(run, place, [FINDING], catalog("1.0.0", "a"))
    with pytest.raises(BundleError, match=r"本地/land/x\.yaml：文件在筛查之后有改动"):
        demand_agreement(run, place, [FINDING], catalog("1.0.0", "b"))
    shipped = {**run, "models": [{**noted, "local": False}]}
    demand_agreement(shipped, place, [FINDING], catalog("1.0.0", "b"))


def test_a_rate_table_that_changed_is_told_where_a_finding_rests_on_it():
    place = workspace()
    noted = {"id": "fee_rate", "file": "本地/vocabulary/fee_rate.yaml", "sha256": "a"}
    run = {**run_of(place), "tables": [noted]}
    rated = SimpleNamespace(
        model="land/x",
        model_version="1.0.0",
        rates=(SimpleNamespace(table="fee_rate"),),
    )

    def tables(sha256):
        table = SimpleNamespace(origin=SimpleNamespace(sha256=sha256))
        return catalog("1.0.0", tables={"fee_rate": table})

    demand_agreement(run, place, [rated], tables("a"))
    demand_agreement(run, place, [FINDING], tables("b"))
    with pytest.raises(BundleError, match=r"fee_rate\.yaml：文件在筛查之后有改动"):
        demand_agreement(run, place, [rated], tables("b"))
    with pytest.raises(BundleError, match=r"fee_rate\.yaml：文件在筛查之后有改动"):
        demand_agreement(run, place, [rated], catalog("1.0.0"))


def test_half_a_scan_is_refused():
    with pytest.raises(BundleError, match="缺少 as_of、sources、models、workspace"):
        demand_agreement({}, workspace(), [], {})


def test_the_password_of_a_database_does_not_enter_the_hash():
    def settings(url):
        source = RecordSource(dataset="land_payment", database=url, query="select 1")
        return settings_sha256(workspace(records=(source,)))

    first = settings("postgresql+psycopg://u:one@h/d")
    assert settings("postgresql+psycopg://u:two@h/d") == first
    assert settings("postgresql+psycopg://u:one@h/other") != first
