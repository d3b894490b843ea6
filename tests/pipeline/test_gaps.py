"""What would make more models computable."""

from pil_discovery.catalog import load_catalog
from pil_discovery.pipeline.outlook import gaps

DATASETS = load_catalog().datasets


def model(code, *missing, state="not_computable"):
    return {"code": code, "state": state, "missing": missing}


def told(*models):
    found = gaps(models, DATASETS)
    return [([n["dataset"] for n in g["needs"]], g["models"]) for g in found]


def test_models_that_lack_the_same_data_stand_together():
    found = told(
        model("A-1", "payroll", "tax_ept"),
        model("B-1", "tax_ept"),
        model("C-1", "payroll"),
        model("D-1", "payroll.headcount"),
        model("E-1", state="computed"),
        model("F-1", state="off"),
    )
    assert found == [
        (["payroll"], ["C-1", "D-1"]),
        (["tax_ept"], ["B-1"]),
        (["payroll", "tax_ept"], ["A-1"]),
    ]


def test_a_need_is_named_with_who_keeps_it_and_which_columns_are_missing():
    [gap] = gaps([model("A-1", "registration.rep_id")], DATASETS)
    [need] = gap["needs"]
    known = DATASETS["registration"]
    assert (need["title_zh"], need["title_en"]) == (known.title.zh, known.title.en)
    assert need["holder"] == known.holder
    assert need["columns"] == [known.words("rep_id")]


def test_pictures_are_a_need_too():
    [gap] = gaps([model("A-1", "image.swir1")], DATASETS)
    [need] = gap["needs"]
    assert (need["title_zh"], need["columns"]) == ("可用的影像", ["swir1"])


def test_nothing_lacking_is_no_gap():
    assert gaps([model("A-1", state="computed")], DATASETS) == []
