from types import SimpleNamespace

import pytest

from pil_discovery.errors import BundleError
from pil_discovery.pipeline.agreement import demand_agreement, settings_sha256
from pil_discovery.types import Office, RecordSource, Workspace

FINDING = SimpleNamespace(model="land/x", model_version="1.0.0")


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


def models(version):
    return {"land/x": SimpleNamespace(version=version)}


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
    demand_agreement(run_of(place), place, [FINDING], models("1.0.0"))


def test_every_disagreement_is_told():
    found = [FINDING, SimpleNamespace(model="land/gone", model_version="1.0.0")]
    run = run_of(workspace(jurisdiction="990303"))
    with pytest.raises(BundleError) as caught:
        demand_agreement(run, workspace(), found, models("1.1.0"))
    told = [str(p) for p in caught.value.problems]
    assert "land/gone：筛查时用的这个模型现在找不到" in told[0]
    assert "land/x：模型在筛查时是 1.0.0 版，现在是 1.1.0 版" in told[1]
    assert "pil.yaml：数据来源的登记" in told[2]


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
