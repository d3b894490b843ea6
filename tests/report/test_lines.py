import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd

from pil_discovery.report.lines import (
    finding_record,
    quarantine_records,
    read_findings,
    write_lines,
)
from pil_discovery.types import Gate, Overlap, PictureQuality
from tests.report.builders import make_finding, make_quarantine


def test_missing_cells_are_null_and_rows_are_integers():
    frame = make_quarantine(sheet=None, value=np.nan, row=7.0)
    [record] = quarantine_records(frame)
    assert record["sheet"] is None
    assert record["value"] is None
    assert record["row"] == 7


def test_an_empty_quarantine_gives_no_line():
    assert quarantine_records(pd.DataFrame()) == []


def test_the_frame_is_not_changed():
    frame = make_quarantine()
    before = frame.copy()
    quarantine_records(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_the_ground_of_a_finding_comes_back_as_it_was(tmp_path):
    ground = Overlap(
        step="cut",
        how="within",
        area_m2=Decimal("0.00"),
        share=Decimal("1.0000"),
        on_date=dt.date(2026, 9, 30),
        validity="in_force",
        geometry={"type": "Point", "coordinates": [119.5, 30.1234567]},
    )
    gates = {
        "shift": Gate(verdict="flag", reason="未能评定配准"),
        "cloud": Gate(verdict="ok", reason="地块内影像有效面积100.0%"),
    }
    quality = PictureQuality(verdict="flag", gates=gates)
    finding = make_finding(overlaps=(ground,), quality=quality)
    write_lines(tmp_path / "f.jsonl", [finding_record(finding)])
    text = (tmp_path / "f.jsonl").read_text("utf-8")
    assert '"coordinates":[119.5000000,30.1234567]' in text
    assert '"shift":{"verdict":"flag","reason":"未能评定配准"}' in text
    assert read_findings(tmp_path / "f.jsonl") == [finding]
