"""How areas are converted and rounded for a reader: the one place that says so.

1 公顷 = 10,000 m² = 15 亩, 1 亩 = 2000/3 m² exactly. m² and 亩 are rounded to two
places, 公顷 to four (one square metre), halves upwards, from the m² as measured: a
rounded figure is never converted again.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

MU_M2 = Fraction(2000, 3)
"""Square metres of one 亩."""
HECTARE_M2 = 10_000
_UNITS = {
    "m2": (Fraction(1), Decimal("0.01")),
    "mu": (MU_M2, Decimal("0.01")),
    "ha": (Fraction(HECTARE_M2), Decimal("0.0001")),
}


def rounded_area(area_m2: Decimal | float | str, unit: str) -> Decimal:
    """Convert an area for print.

    Parameters
    ----------
    area_m2
        Square metres; a float counts as the shortest decimal that means it.
    unit
        `m2`, `mu` or `ha`.

    Returns
    -------
    Decimal
        Two places for `m2` and `mu`, four for `ha`.

    Raises
    ------
    KeyError
        Another unit.
    """
    size, places = _UNITS[unit]
    steps = Fraction(Decimal(str(area_m2))) / size / Fraction(places)
    whole = Decimal(steps.numerator) / Decimal(steps.denominator)
    return whole.quantize(Decimal(1), ROUND_HALF_UP) * places
