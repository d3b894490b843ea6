"""What stands on the map of a lead."""

from types import SimpleNamespace

import pandas as pd
import pytest

from pil_discovery.catalog import load_catalog
from pil_discovery.pipeline.pictures import names_of, pictures_of


@pytest.mark.parametrize(
    ("dataset", "row", "name"),
    [
        ("water_zone", {"zone_name": "示例水库", "level": "一级"}, "示例水库一级"),
        (
            "mining_right",
            {"licence_no": "C99", "start_date": pd.Timestamp("2018-01-01")},
            "C99",
        ),
        ("temp_land", {"approval_no": "示临用1号", "user_name": "甲"}, "示临用1号"),
        ("lulc_patch", {"land_class": "0101", "year": 2024}, ""),
        ("parcel", {"parcel_no": None}, ""),
    ],
)
def test_a_feature_is_called_by_its_key_without_days(dataset, row, name):
    known = load_catalog().datasets[dataset]
    assert names_of(pd.DataFrame([row]), known) == [name]


@pytest.mark.parametrize(
    ("dates", "drawn"), [(2, [0, 1]), (3, [0, 1, 2]), (6, [0, 4, 5])]
)
def test_a_plate_of_many_dates_shows_the_first_and_the_last_two(dates, drawn):
    """The last one is the state of today; it may not be cut off."""
    pictures = [
        SimpleNamespace(provenance=SimpleNamespace(file=f"{n}.tif"))
        for n in range(dates)
    ]
    refs = [SimpleNamespace(dataset="image", source=f"{n}.tif") for n in range(dates)]
    finding = SimpleNamespace(records=refs)
    found = pictures_of([finding], pictures)
    assert [pictures.index(image) for image in found] == drawn
