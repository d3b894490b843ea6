from decimal import Decimal

import pytest

from pil_discovery.report.lines import finding_record, lead_record
from pil_discovery.text.defences import objections
from pil_discovery.types import Gate, LayerVersion, Overlap, PictureQuality
from tests.report.builders import RUN, make_finding, make_lead


def asked(lead=None, run=RUN, **finding):
    found = finding_record(make_finding(**finding))
    told = objections(lead_record(lead or make_lead(basis=("law-1",))), [found], run)
    return {question: (verdict, words) for question, verdict, words in told}


def overlap(**changes):
    values = {"step": "cut", "how": "intersection", "area_m2": Decimal(9)}
    return Overlap(**{**values, "share": Decimal(1), **changes})


def test_what_the_records_answer_passes():
    told = asked(exclusions=())
    assert told["date"][0] == told["subject"][0] == told["agency"][0] == "ok"
    assert told["record"] == ("unknown", "本模型尚无核查记录")
    assert not {"position", "pictures", "edition", "exempt"} & told.keys()


@pytest.mark.parametrize(
    ("changes", "question", "verdict"),
    [
        ({"fact_date": None}, "date", "unknown"),
        ({"basis": ()}, "date", "flag"),
        ({"subject_code": None}, "subject", "unknown"),
        ({"subject_code": None, "subject_name": None}, "subject", "unknown"),
        ({"agency": None}, "agency", "flag"),
    ],
)
def test_what_is_missing_in_the_lead_is_said(changes, question, verdict):
    lead = make_lead(**{"basis": ("law-1",), **changes})
    assert asked(lead)[question][0] == verdict


@pytest.mark.parametrize(
    ("chance", "verdict"), [("0.9900", "ok"), ("0.9400", "flag"), (None, "unknown")]
)
def test_positional_error_is_weighed(chance, verdict):
    p = None if chance is None else Decimal(chance)
    assert asked(overlaps=(overlap(p_overlap=p),))["position"][0] == verdict


def test_editions_and_pictures_are_looked_at():
    edition = LayerVersion(dataset="pbf", file="a.shp", sha256="0")
    assert asked(layers=(edition,))["edition"][0] == "unknown"
    dated = edition.model_copy(update={"valid_from": "2020-01-01"})
    assert asked(layers=(dated,))["edition"][0] == "ok"
    lapsed = overlap(left_out=("2015年版",))
    assert asked(layers=(dated,), overlaps=(lapsed,))["edition"][0] == "flag"
    gates = {"season": Gate(verdict="flag", reason="年内相差60日")}
    told = asked(quality=PictureQuality(verdict="flag", gates=gates))
    assert told["pictures"] == ("flag", "季节：年内相差60日")


def test_data_that_could_clear_and_the_record_of_the_model_count():
    quality = {"checked": 20, "confirmed": 2, "noisy": True}
    model = {**RUN["models"][0], "missing_clears": ["land_supplement.due_date"]}
    run = {
        "models": [{**model, "quality": quality}],
        "datasets": {"land_supplement": "补充协议"},
    }
    told = asked(run=run, undecided=("交地日期缺失",))
    assert told["searched"] == ("unknown", "可能排除本线索的数据没有取得：补充协议")
    assert told["record"] == ("flag", "本模型已核查 20 件，属实 2 件")
    assert told["undecided"] == ("unknown", "交地日期缺失")
    assert told["exempt"] == ("flag", "尾差")
