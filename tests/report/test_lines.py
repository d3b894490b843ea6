import numpy as np
import pandas as pd

from pil_discovery.report.lines import quarantine_records
from tests.report.builders import make_quarantine


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
