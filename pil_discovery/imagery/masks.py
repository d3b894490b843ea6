"""Cloud and quality bands: what their values mean, by product and collection.

A bit layout belongs to a collection: bit 4 is cloud in Landsat Collection 1 and cloud
shadow in Collection 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.types.pixels import MaskKind, MaskRule

if TYPE_CHECKING:
    from pil_discovery.imagery.products import Product

CLOUD_PERCENT = 40
"""Cloud probability from which a pixel counts as cloud, as in s2cloudless."""

RULES: dict[MaskKind, MaskRule] = {
    "binary": MaskRule(kind="binary"),
    # USGS LSDS-1656, Landsat 8 Collection 1 DFCB: 0 fill, 4 cloud
    "landsat_c1_bqa": MaskRule(kind="landsat_c1_bqa", patterns=(1 << 0, 1 << 4)),
    # USGS LSDS-1619/1328, Collection 2 DFCB, QA_PIXEL: 0 fill, 1 dilated cloud,
    # 2 cirrus, 3 cloud, 4 cloud shadow, 5 snow
    "landsat_c2_qa": MaskRule(
        kind="landsat_c2_qa", patterns=tuple(1 << bit for bit in range(6))
    ),
    # ESA, Sentinel-2 L2A scene classification: 0 no data, 1 defective, 3 cloud shadow,
    # 8/9 cloud (medium, high probability), 10 thin cirrus, 11 snow
    "s2_scl": MaskRule(kind="s2_scl", values=(0, 1, 3, 8, 9, 10, 11)),
    "s2_cloud_probability": MaskRule(kind="s2_cloud_probability", least=CLOUD_PERCENT),
}
"""Which values hide the ground, for each kind of mask; snow hides it as clouds do."""

_KINDS: dict[tuple[str, str | None], MaskKind] = {
    ("BQA", "01"): "landsat_c1_bqa",
    ("QA_PIXEL", "02"): "landsat_c2_qa",
}
_SENTINEL2: dict[str, MaskKind] = {
    "SCL": "s2_scl",
    "MSK_CLDPRB": "s2_cloud_probability",
}


def kind_of_mask(product: Product | None) -> MaskKind | None:
    """Return how a mask is read, from what its name says; None when that is unknown.

    A file that is no band of a known product is a plain mask. The values of a product's
    band are codes; a Landsat quality band needs its collection besides, and without it
    nothing is assumed.
    """
    band = None if product is None else product.band
    if product is None or band is None:
        return "binary"
    return _SENTINEL2.get(band) or _KINDS.get((band, product.collection))
