"""One area measured three ways, for the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.geo.area import area_m2, geodesic_area_m2, planar_area_m2

if TYPE_CHECKING:
    from pil_discovery.geo.area import Areas, Measurable

MOST_GEODESIC = 5e-4
"""Largest relative difference that straight against geodesic edges explain."""


def area_checks(geometries: Measurable) -> pd.DataFrame:
    """Measure areas officially, and twice more to check that.

    Parameters
    ----------
    geometries
        As for `area_m2`.

    Returns
    -------
    DataFrame
        One row per geometry, in order: `official_m2` (图斑椭球面积, the one to use),
        `geodesic_m2` (edges as geodesics), `planar_m2` (in the 3-degree zone of its
        own), and how far the last two are from the first: `geodesic_difference`,
        `planar_difference` (0.001 = 0.1 % larger; 0 where nothing has an area).
        Beyond `MOST_GEODESIC` an edge is very long or a coordinate wrong; the plane is
        up to some 1e-4 larger at the edge of a zone.

    Raises
    ------
    CrsError, GeometryError
        As `area_m2`.
    """
    official = area_m2(geometries)
    geodesic, planar = geodesic_area_m2(geometries), planar_area_m2(geometries)
    return pd.DataFrame(
        {
            "official_m2": official,
            "geodesic_m2": geodesic,
            "planar_m2": planar,
            "geodesic_difference": _relative(geodesic, official),
            "planar_difference": _relative(planar, official),
        }
    )


def _relative(other: Areas, official: Areas) -> Areas:
    result = np.where(np.isnan(official), np.nan, 0.0)
    known = official > 0
    result[known] = other[known] / official[known] - 1
    return result
