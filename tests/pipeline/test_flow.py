from pathlib import Path

import pytest

from pil_discovery.errors import LawError, WorkspaceError
from pil_discovery.pipeline.flow import scan
from pil_discovery.pipeline.reading import open_workspace
from pil_discovery.types import Capacity, Office, Workspace

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "workspace"


def empty(tmp_path, **more):
    office = Office(name="示例区人民检察院")
    given = {"root": tmp_path, "name": "试", "as_of": "2026-09-30"}
    return Workspace(**{**given, "jurisdiction": "990302", "office": office, **more})


def test_the_day_may_be_text_and_must_be_one(tmp_path):
    place = empty(tmp_path)
    assert (
        scan(place, as_of="2025-01-01", models="LAND-S1").run["as_of"] == "2025-01-01"
    )
    with pytest.raises(LawError, match="「某日」不是日期"):
        scan(place, as_of="某日")
    with pytest.raises(WorkspaceError, match="基准日 9999-12-31 不在 1900 至 2100"):
        scan(place, as_of="9999-12-31")


def test_only_the_models_that_the_workspace_names_run(tmp_path):
    (tmp_path / "mine").mkdir()
    codes = {m["code"] for m in scan(empty(tmp_path)).run["models"]}
    assert "LAND-01" in codes
    assert scan(empty(tmp_path, models=("mine",))).run["models"] == []
    asked = scan(empty(tmp_path, models=("mine",)), models=["LAND-01"])
    assert [m["code"] for m in asked.run["models"]] == ["LAND-01"]


def test_the_capacity_of_the_office_makes_a_shortlist():
    whole = open_workspace(SAMPLE)
    land = tuple(s for s in whole.records if s.dataset.startswith("land_"))
    place = whole.model_copy(update={"records": land, "layers": (), "images": ()})
    assert scan(place, models=["LAND-01"]).run["shortlist"] is None
    two = place.model_copy(update={"capacity": Capacity(leads=2)})
    found = scan(two, models=["LAND-01"])
    listed = found.run["shortlist"]
    assert listed["leads"] == 2
    assert listed["bands"]["top"] + listed["bands"]["drawn"] == 2
    bands = [lead.band for lead in found.leads if lead.kind == "single"]
    assert bands.count("later") == len(bands) - 2
    assert 0 < float(listed["expected"]["true"]) < 2
