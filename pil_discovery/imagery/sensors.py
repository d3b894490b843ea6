"""What is known of the sensors: bands, fill values, agreement between pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pil_discovery.imagery.products import Product

    Table = Mapping[str, tuple[str | None, float | None]]

# Band → canonical name (None: not one that models use) and centre in nanometres.
# ESA, Sentinel-2 MSI user guide, nominal centres.
_MSI: Table = {
    "B01": ("coastal", 443),
    "B02": ("blue", 490),
    "B03": ("green", 560),
    "B04": ("red", 665),
    "B05": ("red_edge", 705),
    "B06": (None, 740),
    "B07": (None, 783),
    "B08": ("nir", 842),
    "B8A": ("nir", 865),
    "B09": (None, 945),
    "B10": (None, 1375),
    "B11": ("swir1", 1610),
    "B12": ("swir2", 2190),
}
# USGS, Landsat 8 and 9 data users handbooks.
_OLI: Table = {
    "B1": ("coastal", 443),
    "B2": ("blue", 482),
    "B3": ("green", 561),
    "B4": ("red", 655),
    "B5": ("nir", 865),
    "B6": ("swir1", 1609),
    "B7": ("swir2", 2201),
    "B8": ("pan", 590),
    "B9": (None, 1373),
    "B10": ("thermal", 10895),
    "B11": (None, 12005),
}
# USGS, Landsat 4-5 and 7 data users handbooks; no centres are published.
_TM: Table = {
    "B1": ("blue", None),
    "B2": ("green", None),
    "B3": ("red", None),
    "B4": ("nir", None),
    "B5": ("swir1", None),
    "B6": ("thermal", None),
    "B6_VCID_1": ("thermal", None),
    "B6_VCID_2": (None, None),
    "B7": ("swir2", None),
    "B8": ("pan", None),
}
_BANDS: dict[str, Table] = {
    "MSI": _MSI,
    "OLI/TIRS": _OLI,
    "OLI": _OLI,
    "TM": _TM,
    "ETM+": _TM,
}
_FOUR = {"blue": 1, "green": 2, "red": 3, "nir": 4}
_SOURCE = (
    "Rengarajan 等 2024（RSE 113947）：{} 影像之间相对定位 CE90 < {} m，除以 2.146"
)
_RELATIVE = {
    "Sentinel-2": (2.4, _SOURCE.format("Sentinel-2", "5.1")),
    "Landsat 8": (1.4, _SOURCE.format("Landsat 8", "3")),
}


def band_name(product: Product) -> str | None:
    """Return the canonical name of the band that a file holds, None when unknown."""
    return _band(product)[0]


def wavelengths_nm(product: Product | None, name: str) -> float | None:
    """Return the centre wavelength of a canonical band of a product's sensor."""
    if product is None:
        return None
    table = _BANDS.get(product.instrument or "", {})
    found = [nm for band, nm in table.values() if band == name]
    own, centre = _band(product)
    if own == name:
        return centre
    # two bands of one name (B08, B8A) leave the wavelength open
    return found[0] if len(found) == 1 else None


def _band(product: Product) -> tuple[str | None, float | None]:
    if product.band is None:
        return None, None
    if product.band.startswith("PAN"):
        return "pan", None
    table = _BANDS.get(product.instrument or "", {})
    name = product.band.removeprefix("SR_").removeprefix("ST_")
    return table.get(name, (None, None))


def usual_bands(product: Product | None, count: int) -> tuple[dict[str, int], str]:
    """Return the band order that a product usually has, and why; empty when unknown.

    It is for a proposal only: software that wrote the file may have changed the order.
    """
    if product is None or product.processed or product.platform is None:
        return {}, ""
    if product.platform.startswith(("GF", "ZY")) and count in (4, 8):
        return dict(_FOUR), f"{product.platform} 多光谱产品的前四个波段依次为蓝绿红近红"
    return {}, ""


def fill_value(product: Product | None) -> float | None:
    """Return the value without data that the product's definition fixes.

    USGS: 0 in Landsat Level-1 and in Collection 2 Level-2 bands; ESA: 0 (NODATA) in
    Sentinel-2 L1C and L2A.
    """
    if product is None or product.processed or band_name(product) is None:
        return None
    return 0.0 if (product.instrument or "") in _BANDS else None


def relative_sigma_m(product: Product | None) -> tuple[float | None, str]:
    """Return the one-axis deviation between pictures of a sensor, with its source.

    It says how well pictures of one sensor fit each other, not where they lie.
    """
    platform = "" if product is None else product.platform or ""
    for name, found in _RELATIVE.items():
        if platform.startswith(name):
            return found
    return None, ""


def scaling_note(product: Product | None) -> str:
    """Say which scaling a product is known to need when nothing declares it."""
    if product is None or product.processed:
        return ""
    if product.instrument == "MSI" and (product.collection or "") >= "0400":
        return (
            f"处理基线 N{product.collection} 的像元值含 −1000 偏移，文件未声明 offset，"
            "未作换算；比值类指数会有偏差，请在 pil.yaml 写明 scale、offset"
        )
    if product.collection == "02" and (product.level or "").startswith("L2"):
        return (
            "Landsat Collection 2 L2 反射率为 DN×0.0000275−0.2，文件未声明，"
            "未作换算；比值类指数会有偏差，请在 pil.yaml 写明 scale、offset"
        )
    return ""
