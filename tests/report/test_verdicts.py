import datetime as dt
from decimal import Decimal

import pytest

from pil_discovery.errors import PilError
from pil_discovery.report import (
    append_verdicts,
    conflicts,
    read_verdicts,
    verdicts_of,
)
from pil_discovery.types import Verdict
from pil_discovery.types.verdicts import RUNGS, STAGES
from tests.report.builders import make_lead

VERSIONS = {"land/unpaid": "1.2.0"}


def decision(lead, word="adopt", **more):
    given = {"lead_id": lead.lead_id, "decision": word, "on": "2026-10-08"}
    return {"reason": "", "note": "", "by": "", "stage": "desk", **given, **more}


def verdict(number=1, **more):
    given = {"lead_id": f"{number:024x}", "model": "land/unpaid"}
    given |= {"model_version": "1.0.0", "outcome": "confirmed", "on": "2026-10-08"}
    return Verdict.model_validate({**given, **more})


@pytest.mark.parametrize(
    ("word", "reason", "outcome"),
    [
        ("adopt", "", "confirmed"),
        ("reject", "", "refuted"),
        ("reject", "fact_absent", "refuted"),
        ("reject", "lawfully_handled", "refuted"),
        ("reject", "data_error", "refuted"),
        ("reject", "policy_exemption", "refuted"),
        ("reject", "same_lead", "unclear"),
        ("reject", "trivial", "unclear"),
        ("reject", "not_our_jurisdiction", "unclear"),
    ],
)
def test_a_decision_says_what_it_says_of_the_model(word, reason, outcome):
    lead = make_lead()
    (found,) = verdicts_of([decision(lead, word, reason=reason)], [lead], VERSIONS)
    assert found.outcome == outcome
    assert (found.model, found.model_version) == (lead.model, "1.2.0")
    assert found.on == dt.date(2026, 10, 8)


def test_what_is_still_to_be_checked_and_a_class_say_nothing():
    lead, group = make_lead(), make_lead(2, kind="class", members=("a", "b"))
    given = [decision(lead, "check", on=""), decision(group, "reject")]
    assert verdicts_of(given, [lead, group], VERSIONS) == []


@pytest.mark.parametrize(
    ("word", "outcome"),
    [("adopt", "confirmed"), ("reject", "refuted"), ("check", "unclear")],
)
def test_a_field_check_is_true_false_or_unclear(word, outcome):
    lead = make_lead()
    (found,) = verdicts_of([decision(lead, word, stage="field")], [lead], VERSIONS)
    assert (found.stage, found.outcome) == ("field", outcome)


def test_every_height_of_the_ladder_goes_into_the_file_and_comes_back(tmp_path):
    lead, path = make_lead(), tmp_path / "核查结果.jsonl"
    given = [decision(lead, stage=stage) for stage in STAGES]
    append_verdicts(path, verdicts_of(given, [lead], VERSIONS))
    assert [v.stage for v in read_verdicts(path)] == list(STAGES)
    assert set(RUNGS) == set(STAGES)
    assert RUNGS["restored"] == RUNGS["partial"] == RUNGS["sham"] < RUNGS["suit"]


def test_two_persons_who_contradict_each_other_are_both_listed():
    first = verdict(1, by="张三")
    second = verdict(1, by="李四", outcome="refuted", on="2026-10-09")
    (found,) = conflicts([first, verdict(2), second])
    assert found.verdicts == (first, second)
    assert "2026-10-08 张三 书面核查：属实" in found.words()
    assert "2026-10-09 李四 书面核查：不属实" in found.words()


@pytest.mark.parametrize(
    "second",
    [
        {"by": "张三", "outcome": "refuted"},  # her own correction
        {"by": "李四", "outcome": "unclear"},
        {"by": "李四", "outcome": "refuted", "stage": "field"},  # a surer look
    ],
)
def test_a_correction_and_a_surer_look_contradict_nobody(second):
    assert conflicts([verdict(1, by="张三"), verdict(1, **second)]) == []


def test_a_surer_look_settles_a_contradiction():
    told = [verdict(1, by="张三"), verdict(1, by="李四", outcome="refuted")]
    assert conflicts(told)
    assert not conflicts([*told, verdict(1, by="王五", stage="field")])


def test_every_decision_that_cannot_be_used_is_named():
    lead = make_lead()
    given = [decision(lead, on="十月"), decision(make_lead(7))]
    with pytest.raises(PilError) as caught:
        verdicts_of(given, [lead], VERSIONS)
    first, second = map(str, caught.value.problems)
    assert "没有办理日期" in first
    assert "不是本次筛查的线索" in second


def test_the_file_only_grows_and_holds_nothing_twice(tmp_path):
    path = tmp_path / "核查结果.jsonl"
    assert read_verdicts(path) == []
    assert append_verdicts(path, [verdict(1), verdict(2), verdict(1)]) == 2
    before = path.read_bytes()
    assert append_verdicts(path, [verdict(2)]) == 0
    assert append_verdicts(path, [verdict(1, outcome="refuted")]) == 1
    assert path.read_bytes().startswith(before)
    assert [v.outcome for v in read_verdicts(path)] == [
        "confirmed",
        "confirmed",
        "refuted",
    ]


def test_a_line_written_by_hand_without_an_end_is_not_spoilt(tmp_path):
    path = tmp_path / "核查结果.jsonl"
    path.write_text(verdict(1).model_dump_json(), encoding="utf-8")
    append_verdicts(path, [verdict(2)])
    assert [v.lead_id for v in read_verdicts(path)] == [f"{n:024x}" for n in (1, 2)]


def test_every_wrong_line_is_named(tmp_path):
    path = tmp_path / "核查结果.jsonl"
    good = verdict(1).model_dump_json()
    bad = good.replace('"confirmed"', '"maybe"')
    path.write_text(f"{good}\n{bad}\n\n不是\n", encoding="utf-8")
    with pytest.raises(PilError, match=r"第2行：.*outcome[\s\S]*第4行：.*整行"):
        read_verdicts(path)
    path.write_bytes("核查".encode("gbk"))
    with pytest.raises(PilError, match="请另存为 UTF-8"):
        read_verdicts(path)


def test_the_parts_of_the_lead_are_kept_and_no_reason_to_record_twice(tmp_path):
    lead = make_lead(inclusion_probability=Decimal("0.2500"))
    path = tmp_path / "核查结果.jsonl"
    (found,) = verdicts_of([decision(lead)], [lead], VERSIONS)
    assert found.parts.certainty == lead.parts.certainty
    assert found.inclusion_probability == Decimal("0.2500")
    without = found.model_copy(update={"parts": None, "inclusion_probability": None})
    assert append_verdicts(path, [without]) == 1
    assert "parts" not in path.read_text("utf-8")
    assert append_verdicts(path, [found]) == 0
