import dataclasses
import datetime as dt

import pytest

from pil_discovery.types import BEIJING, Image


def image_of(moment):
    unset = {f.name: None for f in dataclasses.fields(Image)}
    return Image(**{**unset, "acquired": moment})


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (dt.datetime(2024, 3, 1, 15, 59, tzinfo=dt.UTC), dt.date(2024, 3, 1)),
        (dt.datetime(2024, 3, 1, 16, 0, tzinfo=dt.UTC), dt.date(2024, 3, 2)),
        (dt.datetime(2024, 3, 2, 0, 0, tzinfo=BEIJING), dt.date(2024, 3, 2)),
        (dt.datetime(2024, 3, 1, 23, 30), dt.date(2024, 3, 1)),  # noqa: DTZ001
    ],
)
def test_a_picture_belongs_to_its_day_in_beijing(moment, day):
    assert image_of(moment).acquired_date == day
