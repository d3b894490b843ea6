"""How far the lines of a layer may be off, and where that number comes from."""

from __future__ import annotations

from math import hypot, isfinite
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem
from pil_discovery.geo.crs import DATUM_SIGMA_M
from pil_discovery.geo.gcj import MODEL_UNCERTAINTY_M

if TYPE_CHECKING:
    from typing import TypeAlias

    from pil_discovery.geo.references import Reference

    Expected: TypeAlias = tuple[float, str] | None

_WEB = (MODEL_UNCERTAINTY_M[1], f"；另计反算模型误差 {MODEL_UNCERTAINTY_M[1]:g} m")
_EXTRA = {
    "WGS84": (DATUM_SIGMA_M, f"；另计 WGS 84 视同 CGCS2000 的 {DATUM_SIGMA_M:g} m"),
    "GCJ-02": _WEB,
    "BD-09": _WEB,
}


def positional_sigma(
    reference: Reference, *, sigma_m: float | None, expected: Expected
) -> tuple[float | None, str]:
    """Return the standard deviation of a place on one axis, with its source in Chinese.

    Parameters
    ----------
    reference
        System of the file: WGS 84 adds 0.5 m, GCJ-02 and BD-09 add 3 m (in squares).
    sigma_m
        Stated by the user; wins over what is expected.
    expected
        What maps of this scale are expected to be off by, metres, and who says so;
        None where that is not known.

    Returns
    -------
    sigma, source
        Metres, or None where nothing is known: never zero.
    """
    stated = None if sigma_m is None else (sigma_m, "工作区写明")
    known = stated or expected
    if known is None:
        return None, ""
    base, source = known
    extra, words = _EXTRA.get(reference.family, (0.0, ""))
    return (round(hypot(base, extra), 4) if extra else float(base)), source + words


def sigma_problems(sigma_m: float | None, file: str) -> list[Problem]:
    """Say when a stated positional error is none; zero and less are no errors."""
    if sigma_m is None or (isfinite(sigma_m) and sigma_m > 0):
        return []
    what = f"位置误差 {sigma_m} 应为大于 0 的米数"
    return [Problem(file, "sigma_m", what, "改正 sigma_m；不知道就不写")]
