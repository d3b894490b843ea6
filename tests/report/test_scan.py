import json
import time
from decimal import Decimal

import pytest

from pil_discovery.errors import PilError
from pil_discovery.report import FILES, read_scan
from tests.report.builders import HOSTILE, RUN, make_finding, make_lead, write


def test_all_files_are_there_and_nothing_else(tmp_path):
    out = write(tmp_path / "out")
    assert sorted(p.name for p in out.iterdir()) == sorted(FILES)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_two_scans_are_equal_byte_for_byte(tmp_path, monkeypatch):
    one = write(tmp_path / "one")
    time.sleep(1.1)  # a clock that leaked into a file would have moved on
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    two = write(tmp_path / "two")
    monkeypatch.undo()
    time.tzset()
    for name in FILES:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_reading_back_gives_the_same_nouns(tmp_path):
    findings = [make_finding(1), make_finding(2, geometry=None, fact_date=None)]
    leads = [make_lead(1), make_lead(2, kind="class", members=("a", "b"))]
    out = write(tmp_path / "out", findings=findings, leads=leads)
    run, found, weighed = read_scan(out)
    assert run == RUN
    assert found == findings
    assert [lead.model_copy(update={"steps": ()}) for lead in weighed] == [
        lead.model_copy(update={"steps": ()}) for lead in leads
    ]


def test_documented_fields_come_first_and_numbers_keep_their_format(tmp_path):
    out = write(tmp_path / "out")
    finding = (out / "findings.jsonl").read_text("utf-8")
    assert finding.startswith('{"finding_id":"')
    assert '"measures":{"unpaid_cny":100000.00,"days_late":null}' in finding
    assert '"records":[{"source":"a.xlsx","sheet":"表1","row":2,' in finding
    assert '"coordinates":[119.5000000,30.1234567]' in finding
    lead = (out / "leads.jsonl").read_text("utf-8")
    names = list(json.loads(lead))
    assert names[:5] == ["lead_id", "rank", "score", "parts", "domain"]
    assert '"certainty":0.5000,"verifiability":0.5000' in lead


def test_an_empty_scan_is_a_scan(tmp_path):
    out = write(tmp_path / "out", findings=[], leads=[])
    assert read_scan(out) == (RUN, [], [])


def test_identifiers_of_persons_in_sentences_are_masked(tmp_path):
    said = "身份证990302199001011234，电话13800001111，合同HT-13800001111"
    out = write(tmp_path / "out", findings=[make_finding(sentence_zh=said)])
    for name in ("findings.jsonl", "review.html"):
        text = (out / name).read_text("utf-8")
        assert "990302199001011234" not in text
        assert "电话138******11" in text
        assert "HT-13800001111" in text


def test_hostile_text_survives_as_text(tmp_path):
    out = write(tmp_path / "out", findings=[make_finding(sentence_zh=HOSTILE)])
    _, [finding], _ = read_scan(out)
    assert finding.sentence_zh == HOSTILE
    assert "<img src=x" not in (out / "review.html").read_text("utf-8")


def test_a_float_measure_is_written_as_it_is_printed(tmp_path):
    out = write(tmp_path / "out")
    _, [finding], _ = read_scan(out)
    assert finding.inaction[0].weight == 0.6
    assert isinstance(finding.measures["unpaid_cny"], Decimal)


def test_a_folder_that_is_no_scan_cannot_be_read(tmp_path):
    with pytest.raises(PilError, match=r"run\.json"):
        read_scan(tmp_path)


def test_a_broken_line_is_named(tmp_path):
    out = write(tmp_path / "out")
    (out / "leads.jsonl").write_text("{", "utf-8")
    with pytest.raises(PilError, match=r"leads\.jsonl"):
        read_scan(out)
