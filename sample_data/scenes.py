"""Three multispectral pictures of the district that look like land."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE = 400
PIXEL_M = 10.0
WEST, SOUTH = 498_000.0, 3_098_000.0
NORTH = SOUTH + SIZE * PIXEL_M
BANDS = {"blue": 1, "green": 2, "red": 3, "nir": 4, "swir1": 5}
DATES = ("20250720", "20260712", "20260905")
TIMES = {
    "20250720": "2025-07-20T10:40:00+08:00",
    "20260712": "2026-07-12T10:40:00+08:00",
    "20260905": "2026-09-05T10:40:00+08:00",
}
BEFORE, AFTER, CONFIRM = DATES
SEED = 990302

# surface reflectance × 10 000: blue, green, red, nir, swir1
SPECTRA = {
    "crop": (380, 720, 450, 3700, 1900),
    "forest": (250, 450, 290, 3200, 1400),
    "grass": (560, 880, 860, 2600, 2250),
    "water": (520, 470, 350, 220, 120),
    "town": (1050, 1200, 1300, 1950, 2050),
    "road": (1200, 1350, 1450, 2000, 2250),
    "built": (1500, 1650, 1750, 2150, 2600),
    "bare": (950, 1250, 1650, 2350, 3100),
    "film": (2000, 2250, 2350, 2700, 2450),
    "stubble": (800, 1050, 1250, 2300, 2750),
}
ROUGH = {"town": 0.22, "road": 0.05, "water": 0.03, "forest": 0.09, "crop": 0.05}
# haze and crop stage of each date, as gain per band
GAIN = {
    "20250720": (1.0, 1.0, 1.0, 1.0, 1.0),
    "20260712": (1.03, 1.02, 1.01, 0.98, 1.01),
    "20260905": (0.97, 0.98, 1.02, 0.95, 1.03),
}
NOISE, STEP = 18.0, 10.0


@dataclass(frozen=True)
class Event:
    """A rectangle of other land cover on some dates; metres from the SW corner."""

    x: float
    y: float
    width: float
    height: float
    cover: str
    dates: tuple[str, ...] = (AFTER, CONFIRM)


@dataclass(frozen=True)
class Cloud:
    """A round cloud over one date; metres from the SW corner."""

    x: float
    y: float
    radius: float
    dates: tuple[str, ...]


def paint(
    events: Sequence[Event], clouds: Sequence[Cloud]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return date → (bands uint16 (5, rows, columns), cloud mask uint8 (1, …))."""
    draw = np.random.default_rng(SEED)
    ground = _ground(draw)
    texture = _texture(draw)
    pictures = {}
    for date in DATES:
        cover = ground.copy()
        for event in events:
            if date in event.dates:
                cover[_block(event)] = list(SPECTRA).index(event.cover)
        bands = _reflectance(cover, texture, date)
        bands += draw.normal(0, NOISE, bands.shape)
        mask = _cloud_mask(clouds, date)
        bands = np.where(mask, _cloud_light(mask, draw), bands)
        stepped = np.round(np.clip(bands, 20, 12000) / STEP) * STEP
        pictures[date] = (
            stepped.astype(np.uint16),
            mask.astype(np.uint8)[None],
        )
    return pictures


def _grid() -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of the pixel centres, metres from the SW corner."""
    column, row = np.meshgrid(np.arange(SIZE), np.arange(SIZE))
    return (column + 0.5) * PIXEL_M, (SIZE - row - 0.5) * PIXEL_M


def _ground(draw: np.random.Generator) -> np.ndarray:
    x, y = _grid()
    names = list(SPECTRA)
    cover = np.full((SIZE, SIZE), names.index("crop"))
    wave = gaussian_filter(draw.normal(0, 1, (SIZE, SIZE)), 12)
    wave = 60 * wave / wave.std()
    cover[(x + wave < 1410) & (y + wave > 2190)] = names.index("forest")
    cover[(x > 2080) & (x + wave / 2 < 3010) & (y < 2180)] = names.index("grass")
    cover[
        (x + wave > 1560)
        & (x + wave < 2800)
        & (y + wave / 2 > 2340)
        & (y + wave / 2 < 3060)
    ] = names.index("town")
    lake = ((x - 3100 + wave) / 380) ** 2 + ((y - 3250 + wave / 2) / 270) ** 2
    river = np.abs(x - 3110 - 45 * np.sin(y / 420)) < 26
    cover[(lake < 1) | (river & (y < 3150))] = names.index("water")
    roads = (np.abs(y - 2265) < 8) | (np.abs(x - 2055) < 8)
    cover[roads & (cover != names.index("water"))] = names.index("road")
    return cover


def _texture(draw: np.random.Generator) -> dict[str, np.ndarray]:
    """Return what stays the same on all dates: fields, crowns, roofs."""
    fine = draw.normal(0, 1, (SIZE, SIZE))
    block = np.kron(draw.normal(0, 1, (SIZE // 8, SIZE // 12 + 1)), np.ones((8, 12)))
    return {
        "fine": gaussian_filter(fine, 0.7) / 0.4,
        "field": block[:SIZE, :SIZE],
    }


def _reflectance(
    cover: np.ndarray, texture: dict[str, np.ndarray], date: str
) -> np.ndarray:
    names = list(SPECTRA)
    table = np.array([SPECTRA[n] for n in names], dtype=float)
    rough = np.array([ROUGH.get(n, 0.04) for n in names])[cover]
    fields = np.where(cover == names.index("crop"), 0.06, 0.01)
    light = 1 + np.clip(rough * texture["fine"] + fields * texture["field"], -0.5, 0.8)
    gain = np.array(GAIN[date])[:, None, None]
    bands: np.ndarray = np.moveaxis(table[cover], -1, 0) * light * gain
    return bands


def _block(event: Event) -> tuple[slice, slice]:
    top = round((SIZE * PIXEL_M - event.y - event.height) / PIXEL_M)
    left = round(event.x / PIXEL_M)
    rows, columns = round(event.height / PIXEL_M), round(event.width / PIXEL_M)
    return slice(top, top + rows), slice(left, left + columns)


def _cloud_mask(clouds: Sequence[Cloud], date: str) -> np.ndarray:
    x, y = _grid()
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    draw = np.random.default_rng(SEED)
    wave = gaussian_filter(draw.normal(0, 1, (SIZE, SIZE)), 5)
    wave = 1 + 0.12 * np.abs(wave / wave.std())  # ragged, but never smaller
    for cloud in clouds:
        if date in cloud.dates:
            mask |= np.hypot(x - cloud.x, y - cloud.y) < cloud.radius * wave
    return mask


def _cloud_light(mask: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    veil = gaussian_filter(mask.astype(float), 3)
    puff = gaussian_filter(draw.normal(0, 1, mask.shape), 3)
    white: np.ndarray = 1300 + 700 * veil + 350 * puff / puff.std()
    return np.broadcast_to(white, (len(BANDS), *mask.shape))
