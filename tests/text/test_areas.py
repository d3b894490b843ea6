from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.areas import HECTARE_M2, MU_M2, rounded_area
from pil_discovery.text.units import find_unit


@pytest.mark.parametrize(
    ("area", "unit", "shown"),
    [
        (2000 / 3, "mu", "1.00"),
        (1000, "mu", "1.50"),
        (10_000, "mu", "15.00"),
        (10_000, "ha", "1.0000"),
        (1.005, "m2", "1.01"),  # half upwards, of the number as written
        ("0.5", "ha", "0.0001"),
        (85_700_000.125, "m2", "85700000.13"),
        (0, "mu", "0.00"),
    ],
)
def test_rounding(area, unit, shown):
    assert str(rounded_area(area, unit)) == shown


@given(st.decimals("0", "1e10", places=4))
def test_a_printed_area_is_never_farther_off_than_half_a_step(area):
    for unit, size, step in (("mu", MU_M2, "0.01"), ("ha", HECTARE_M2, "0.0001")):
        exact = Fraction(area) / size
        assert abs(Fraction(rounded_area(area, unit)) - exact) <= Fraction(step) / 2


def test_units_of_files_are_the_same():
    assert find_unit("亩").factor == MU_M2
    assert find_unit("公顷").factor == HECTARE_M2 == 15 * MU_M2


def test_an_unknown_unit_is_an_error():
    with pytest.raises(KeyError):
        rounded_area(Decimal(1), "顷")
