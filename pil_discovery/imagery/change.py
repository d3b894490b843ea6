"""Change between two dates: magnitude, mask, patches, and how far to trust them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio

from pil_discovery.errors import ArgumentError, ImageError, Problem
from pil_discovery.imagery.detection import (
    VALID,
    Detector,
    fit_detector,
    mark_scene,
)
from pil_discovery.imagery.directions import direction_bits, missing_directions
from pil_discovery.imagery.given import GivenRule, mask_gate, take_mask
from pil_discovery.imagery.grids import (
    Aligned,
    align,
    common_grid,
    shared_bands,
    windows,
)
from pil_discovery.imagery.learned import LearnedRule, label_gate, learn
from pil_discovery.imagery.patches import changed_pixels, outline_patches
from pil_discovery.imagery.quality import (
    AREA_GATES,
    abstain_gate,
    cloud_gate,
    normalisation_gate,
    overall,
    rectified_gate,
    regrid_gate,
    season_gate,
    shift_gate,
)
from pil_discovery.imagery.registration import measure_shift
from pil_discovery.types import Image

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from pil_discovery.imagery.detection import Marks
    from pil_discovery.imagery.grids import Grid
    from pil_discovery.imagery.patches import Patches
    from pil_discovery.imagery.registration import Shift
    from pil_discovery.types import Layer

MAX_SIDE = 512
"""Windows are worked through in parts of this side: memory, not the result."""


@dataclass(frozen=True)
class ChangeMap:
    """Suspected change between two dates (疑似变化图斑): a lead, not a finding.

    Attributes
    ----------
    mask
        boolean (rows, columns) on `grid`: changed, specks under 4 pixels removed.
    patches
        GeoDataFrame in EPSG:4490: `patch_id`, `direction` (vegetation_lost,
        water_filled, bare_gained, built_gained, other), `area_m2` (official; NaN where
        a gate refuses area claims), `pixels`, `magnitude` (mean √Z), `confirmed_share`
        (of the pixels the confirming picture sees), `seen_share`, `confirmed`
        (share ≥ 0.5; missing without a confirming picture), `before_date`,
        `after_date`, `confirm_date`.
    quality
        `shift`, `season`, `cloud`, `rectified`, `grid`, `normalisation` (with `bands`:
        slope, intercept and r2 of each), `abstain`, and `labels` or `mask` where the
        map rests on them: each with `verdict` (ok | flag | refuse), a
        Chinese `reason` and its numbers.
    grid
        CRS, transform and shape of `mask` and `magnitude`.
    """

    mask: NDArray[np.bool_]
    patches: gpd.GeoDataFrame
    quality: dict[str, dict[str, Any]]
    grid: Grid
    detector: Detector
    marks: Marks
    dates: dict[str, str | None]

    @property
    def verdict(self) -> str:
        """The worst verdict of all gates: ok, flag or refuse."""
        return overall(self.quality)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Where both dates show the ground, boolean (rows, columns)."""
        valid: NDArray[np.bool_] = (self.marks.flags & VALID) != 0
        return valid

    @cached_property
    def magnitude(self) -> NDArray[np.float64]:
        """√Z of every pixel, NaN where not valid; computed when first asked for."""
        values = np.full(self.grid.shape, np.nan)
        for window in windows(self.grid.shape, MAX_SIDE):
            values[window.toslices()] = self.detector.measure(window).magnitude
        return values

    @cached_property
    def probability(self) -> NDArray[np.float64] | None:
        """Probability of change of every pixel as learned from labels, NaN not valid.

        Calibrated by cross-validation at the share of change that the scene is taken to
        have; None where no labels were given. √Z is no probability.
        """
        rule = self.detector.rule
        if not isinstance(rule, LearnedRule):
            return None
        values = np.full(self.grid.shape, np.nan)
        for window in windows(self.grid.shape, MAX_SIDE):
            values[window.toslices()] = rule.probability(window)
        return values

    def select(
        self, directions: Iterable[str] = (), *, min_area_m2: float = 0.0
    ) -> ChangeMap:
        """Return the map with changed pixels of some kinds only.

        Parameters
        ----------
        directions
            A pixel stays if it shows one of these kinds; none keeps every kind.
        min_area_m2
            Least official area of a patch, square metres.

        Raises
        ------
        ImageError
            The bands cannot show any of the kinds.
        """
        wanted = tuple(directions)
        blind = missing_directions(wanted, self.detector.first.names)
        if wanted and len(blind) == len(wanted):
            file = self.detector.first.image.provenance.file
            what = f"影像波段不足，不能判断：{'、'.join(blind)}"
            raise ImageError(Problem(file, "bands", what, "需要近红外或短波红外波段"))
        mask = changed_pixels(self.marks.flags, direction_bits(wanted))
        found = outline_patches(self.marks, self.grid, mask, min_area_m2=min_area_m2)
        return ChangeMap(
            found.mask,
            _finished(found, self.quality, self.dates),
            self.quality,
            self.grid,
            self.detector,
            self.marks,
            self.dates,
        )

    def write(self, path: Path) -> None:
        """Write the patches (.gpkg, .geojson) or the raster (.tif).

        The GeoTIFF has two float32 bands: magnitude √Z and mask (1 changed, 0 not),
        NaN where a date does not show the ground; dates and gates are in its tags.

        Raises
        ------
        ImageError
            Another ending.
        """
        drivers = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
        ending = path.suffix.lower()
        if ending in drivers:
            self.patches.to_file(path, driver=drivers[ending])
        elif ending in {".tif", ".tiff"}:
            _write_raster(self, path)
        else:
            fix = "请使用 .tif、.gpkg 或 .geojson"
            raise ImageError(Problem(path.name, "", "不支持的输出格式", fix))


def detect_change(  # noqa: PLR0913 - the documented public signature
    before: Image,
    after: Image,
    *,
    confirm: Image | None = None,
    labels: gpd.GeoDataFrame | Layer | None = None,
    mask: Image | Layer | gpd.GeoDataFrame | None = None,
    min_area_m2: float | None = None,
    window: int = 1024,
    workers: int | None = None,
    seed: int = 0,
) -> ChangeMap:
    """Detect suspected change between two pictures.

    Without labels or a mask: IR-MAD with Otsu's threshold on √Z, fitted on pixels drawn
    over the whole common extent, applied window by window. Specks under 4 pixels are
    removed, 8-connected, whatever decided.

    Parameters
    ----------
    before, after
        Pictures of the same ground; `after` is interpolated (bilinear, once) onto the
        grid of `before` where the grids differ or the displacement asks for it.
    confirm
        A later picture that shows whether the change lasted.
    labels
        50 to 200 points that an expert has judged, with a boolean column `changed`; the
        answer is then learned from them, see `learned.learn`, and nothing of it is kept
        for another scene.
    mask
        Change as another tool found it, instead: a picture of one band with two values
        (0 is unchanged) or polygons. It passes the same gates, and gets the same
        patches, kinds, areas and sampling plan; its origin goes into `quality`.
    min_area_m2
        Least official area of a patch, square metres; None keeps all.
    window
        Side of the windows in pixels.
    workers
        Number of threads; None is one. Neither this nor `window` changes any bit.
    seed
        Of the sample that the fit uses.

    Returns
    -------
    ChangeMap
        With `.quality`; where it refuses, patches carry no area.

    Raises
    ------
    ImageError
        No common ground, no common band, hardly a pixel valid on both dates, pictures
        that are not in the order of their dates, labels of a class all in one place, or
        a mask that is none.
    ArgumentError
        A negative area, a window without pixels, both labels and a mask, or labels that
        cannot be used (too few, one class, off the pictures or on cloud).
    """
    _demand_order(before, after, confirm)
    if window < 1 or (min_area_m2 or 0.0) < 0:
        raise ArgumentError("window 须为正整数，min_area_m2 须为不小于 0 的数")
    if labels is not None and mask is not None:
        what = "labels 和 mask 只能给一个：外部掩膜请用 plan_samples 抽样检验"
        raise ArgumentError(what)
    scene = _Scene(before, after, confirm)
    (first, second), (shift, raw) = scene.registered()
    main = fit_detector(first, second, seed)
    if labels is not None:
        main = learn(main, labels, seed)
    if mask is not None:
        main = take_mask(main, mask)
    check = scene.confirming(seed)
    side = min(window, MAX_SIDE)
    marks = mark_scene(main, check, side=side, workers=workers or 1)
    quality = scene.gates(marks, (shift, raw), (main, check))
    changed = changed_pixels(marks.flags)
    found = outline_patches(marks, scene.grid, changed, min_area_m2=min_area_m2 or 0.0)
    frame = _finished(found, quality, scene.dates)
    return ChangeMap(found.mask, frame, quality, scene.grid, main, marks, scene.dates)


def _demand_order(before: Image, after: Image, confirm: Image | None) -> None:
    """Refuse pictures the wrong way round: loss would be reported as growth."""
    for image in (before, after, *(() if confirm is None else (confirm,))):
        if not isinstance(image, Image):
            raise TypeError(f"expected an Image, not {type(image).__name__}")
    if after.acquired < before.acquired:
        what = "后时相早于前时相"
        raise ImageError(Problem(str(after.path.name), "", what, "请对调两期影像"))
    if confirm is not None and confirm.acquired < after.acquired:
        what = "确认影像早于后时相"
        raise ImageError(Problem(str(confirm.path.name), "", what, "请用更晚的影像"))


class _Scene:
    """The pictures of one detection on their common grid."""

    def __init__(self, before: Image, after: Image, confirm: Image | None) -> None:
        self.images = {"before": before, "after": after}
        if confirm is not None:
            self.images["confirm"] = confirm
        others = [i for role, i in self.images.items() if role != "before"]
        self.grid = common_grid(before, others)

    @property
    def dates(self) -> dict[str, str | None]:
        roles = ("before", "after", "confirm")
        return {
            f"{role}_date": self.images[role].acquired_date.isoformat()
            if role in self.images
            else None
            for role in roles
        }

    def pair(self, role: str) -> tuple[Aligned, Aligned]:
        images = [self.images["before"], self.images[role]]
        names = shared_bands(images)
        return align(images[0], self.grid, names), align(images[1], self.grid, names)

    def registered(self) -> tuple[tuple[Aligned, Aligned], tuple[Shift, Shift]]:
        """Return the pair and its displacement (after resampling, as it came)."""
        first, second = self.pair("after")
        raw = measure_shift(first, second)
        if raw.verdict != "resample":
            return (first, second), (raw, raw)
        moved = second.corrected(raw.dy_px, raw.dx_px)
        return (first, moved), (measure_shift(first, moved), raw)

    def confirming(self, seed: int) -> Detector | None:
        if "confirm" not in self.images:
            return None
        return fit_detector(*self.pair("confirm"), seed)

    def gates(
        self,
        marks: Marks,
        shifts: tuple[Shift, Shift],
        detectors: tuple[Detector, Detector | None],
    ) -> dict[str, dict[str, Any]]:
        main, check = detectors
        views = {"after": main.second}
        if check is not None:
            views["confirm"] = check.second
        pixels = self.grid.shape[0] * self.grid.shape[1]
        shares = {role: count / pixels for role, count in marks.clear.items()}
        masked = {r: i.cloud_mask is not None for r, i in self.images.items()}
        days = [self.images[role].acquired_date for role in ("before", "after")]
        return {
            "shift": shift_gate(*shifts),
            "season": season_gate(days[0], days[1]),
            "cloud": cloud_gate(shares, masked),
            "rectified": rectified_gate(self.images),
            "grid": regrid_gate([r for r, v in views.items() if v.resampled]),
            "normalisation": normalisation_gate(main.normalisation, main.first.names),
            **_grounds(main),
        }


def _grounds(main: Detector) -> dict[str, dict[str, Any]]:
    """Return the gates on what the map rests on."""
    if isinstance(main.rule, LearnedRule):
        judged = abstain_gate(main.first.names, judged_by="判读人标注的样点")
        return {"abstain": judged, "labels": label_gate(main.rule)}
    if isinstance(main.rule, GivenRule):
        judged = abstain_gate(main.first.names, judged_by="外部变化检测成果")
        return {"abstain": judged, "mask": mask_gate(main.rule)}
    return {"abstain": abstain_gate(main.first.names)}


def _finished(
    found: Patches, quality: dict[str, dict[str, Any]], dates: dict[str, str | None]
) -> gpd.GeoDataFrame:
    """Return the patches with dates; without areas where a gate forbids the claim."""
    frame = found.frame.copy()
    share = frame["confirmed_share"]
    frame["confirmed"] = (share >= 0.5).astype("boolean").mask(share.isna())
    for name, value in dates.items():
        frame[name] = np.array([value] * len(frame), dtype="datetime64[s]")
    if any(quality[gate]["verdict"] == "refuse" for gate in AREA_GATES):
        frame["area_m2"] = np.nan
    columns = [c for c in frame.columns if c != "geometry"]
    return frame[[*columns, "geometry"]]


def _write_raster(change: ChangeMap, path: Path) -> None:
    rows, columns = change.grid.shape
    profile = {
        "driver": "GTiff",
        "height": rows,
        "width": columns,
        "count": 2,
        "dtype": "float32",
        "crs": change.grid.crs.to_wkt(),
        "transform": change.grid.transform,
        "nodata": float("nan"),
        "compress": "deflate",
    }
    with rasterio.open(path, "w", **profile) as out:
        for window in windows(change.grid.shape, MAX_SIDE):
            reading = change.detector.measure(window)
            mask = np.where(reading.clear, change.mask[window.toslices()], np.nan)
            values = np.stack([reading.magnitude, mask]).astype("float32")
            out.write(values, window=window)
        dates = {name: value or "" for name, value in change.dates.items()}
        out.update_tags(**dates, quality=json.dumps(change.quality, ensure_ascii=False))
        out.set_band_description(1, "magnitude")
        out.set_band_description(2, "changed")
