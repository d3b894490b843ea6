"""An overlay in parts gives the rows of the whole, whatever the parts are."""

import datetime as dt

import pyarrow as pa
import pytest
import shapely

from pil_discovery.findings.settings import Setting, framed
from pil_discovery.findings.tiles import (
    Question,
    in_turn,
    parts_of,
    solve,
    together,
)
from pil_discovery.types.steps import Overlay

SETTING = Setting(file="甲.yaml", as_of=dt.date(2026, 9, 30), parameters={"bar": 30})
ASKED = (
    {"how": "intersection", "sliver_width_m": 2, "threshold_m2": "$bar"},
    {"how": "difference"},
    {"how": "near", "distance_m": 400, "by": "left"},
)


def rows(count, *, step, size):
    """Squares in a line eastwards, in degrees."""
    west = [118.0 + n * step for n in range(count)]
    shapes = [shapely.box(x, 28.0, x + size, 28.0 + size) for x in west]
    return pa.table(
        {
            "_id": list(range(count)),
            "geometry": shapely.to_wkb(shapes).tolist(),
            "_sigma_m": [1.0 + n % 3 for n in range(count)],
            "_valid_from": [
                None if n == 5 else dt.date(2020 + n % 9, 1, 1) for n in range(count)
            ],
            "_valid_to": [dt.date(2022 + n % 9, 1, 1) for n in range(count)],
        }
    )


LEFT, RIGHT = rows(23, step=0.001, size=0.0007), rows(9, step=0.0023, size=0.0012)


@pytest.mark.parametrize("asked", ASKED, ids=lambda a: a["how"])
@pytest.mark.parametrize("size", [5, 22, 40])
def test_parts_give_the_rows_of_the_whole(asked, size):
    spec = Overlay.model_validate({"left": "plot", "right": "zone", **asked})
    question = Question(spec, SETTING)
    whole = solve(question, LEFT, framed(RIGHT))
    parts = together(in_turn(question, parts_of(LEFT, size), RIGHT))
    assert parts.rows.equals(whole.rows)
    assert parts.slivers.equals(whole.slivers)
    assert (parts.doubtful, parts.out_of_force) == (whole.doubtful, whole.out_of_force)
    assert len(whole.rows) > 3
    assert len(whole.doubtful) == 1


def test_a_table_is_cut_without_a_row_too_many_or_too_few():
    assert [len(part) for part in parts_of(LEFT, 10)] == [10, 10, 3]
    assert [len(part) for part in parts_of(LEFT.slice(0, 0), 10)] == [0]
    assert pa.concat_tables(parts_of(LEFT, 4)).equals(LEFT)


def test_nothing_on_the_left_gives_tables_without_rows():
    spec = Overlay(left="plot", right="zone", how="intersection")
    found = together(in_turn(Question(spec, SETTING), [LEFT.slice(0, 0)], RIGHT))
    assert len(found.rows) == len(found.slivers) == 0
    assert "area_m2" in found.rows.column_names
