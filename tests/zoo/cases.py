"""What reading one generated file must give, and the one place where it is judged."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd
import pytest

import pil_discovery as pil
from pil_discovery.catalog import load_catalog
from pil_discovery.pipeline.reading import gather
from pil_discovery.types.sources import QUARANTINE_COLUMNS, ReasonClass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

CLASSES = frozenset(get_args(ReasonClass))
HAN = re.compile(r"[\u4e00-\u9fff]")
HEAD_OF_WORKSPACE = (
    'name: 试\nas_of: 2026-09-30\njurisdiction: "990302"\n'
    "office: {name: 示例区人民检察院}\n"
)


@dataclass(frozen=True)
class Case:
    """One animal of the zoo.

    Attributes
    ----------
    make
        Writes the file (and what belongs to it) below a folder, returns its path.
    read
        `records`, `layer`, `image`: the public function; `workspace`: by `pil.yaml`.
    options
        Arguments of the function, or the keys of the entry in `pil.yaml`.
    rows
        Rows used; None = not looked at.
    cells
        Row number in the file → column → value.
    out
        Every entry of the quarantine, made by `row` and `cell`.
    notes
        Words each of which some inference must hold.
    skipped
        Row number → words of its reason.
    refused
        Reason class of a file that must not be read at all; `says` are its words.
    """

    name: str
    make: Callable[[Path], Path]
    read: str = "records"
    options: Mapping[str, Any] = field(default_factory=dict)
    rows: int | None = None
    cells: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    out: Sequence[tuple[object, ...]] = ()
    notes: Sequence[str] = ()
    skipped: Mapping[int, str] = field(default_factory=dict)
    refused: str = ""
    says: Sequence[str] = ()
    also: Callable[[Any], None] | None = None


def row(number, reason_class):
    """Return the entry of a row that leaves."""
    return (number, "row", None, reason_class)


def cell(number, column, reason_class):
    """Return the entry of a cell that is missing, or of a code that is listed."""
    return (number, "cell", column, reason_class)


@dataclass(frozen=True)
class Joined:
    """The materials of a workspace with one source, in the shape of a table."""

    frame: pd.DataFrame
    quarantine: pd.DataFrame
    report: Any
    sources: Sequence[Any]


def read(case, path):
    """Read the file of a case by the way that the case names."""
    if case.read == "workspace":
        return _from_workspace(path, case.options)
    ways = {
        "records": pil.read_records,
        "layer": pil.read_layer,
        "image": pil.read_image,
    }
    beside = {"cloud_mask"} & set(case.options)
    return ways[case.read](
        path, **{**case.options, **{n: path.parent / case.options[n] for n in beside}}
    )


def _from_workspace(path, options):
    entry = dict(options)
    kind = entry.pop("kind", "records")
    words = ", ".join(f"{k}: {v}" for k, v in {"file": path.name, **entry}.items())
    text = f"{HEAD_OF_WORKSPACE}{kind}:\n- {{{words}}}\n"
    (path.parent / "pil.yaml").write_text(text, encoding="utf-8")
    workspace = pil.open_workspace(path.parent)
    materials, problems = gather(workspace, load_catalog())
    if problems:
        raise pil.PilError(problems)
    frame = materials.frames[entry["dataset"]]
    report = materials.reports[0][1]
    return Joined(frame, materials.quarantine, report, materials.sources)


def judge(case, folder):
    """Make, read and compare; the only place that knows what must always hold."""
    path = case.make(folder)
    if case.refused:
        with pytest.raises(pil.PilError) as caught:
            read(case, path)
        refusal_in_order(case, caught.value)
        return
    found = read(case, path)
    if case.read == "image":
        picture_in_order(found, path)
    else:
        accounted(found)
        as_expected(case, found)
    if case.also is not None:
        case.also(found)


def refusal_in_order(case, error):
    """Every refusal is a sentence in Chinese with the words of the case."""
    assert case.refused in CLASSES
    assert error.problems
    for problem in error.problems:
        assert HAN.search(problem.what), problem
        assert "Traceback" not in str(problem)
        str(problem).encode()
    for words in case.says:
        assert words in str(error), str(error)


def accounted(found):
    """Rows read are rows used plus rows quarantined, and every entry says why."""
    report, quarantine = found.report, found.quarantine
    leaving = quarantine[quarantine["scope"] == "row"]
    assert report.rows_read == report.rows_used + report.rows_quarantined
    assert report.rows_used == len(found.frame)
    assert report.rows_quarantined == len(leaving)
    assert not leaving.duplicated(["source", "sheet", "row"]).any()
    places = found.frame[["_source", "_sheet", "_row"]]
    assert not places.duplicated().any()
    gone = set(
        map(tuple, leaving[["source", "sheet", "row"]].astype(object).to_numpy())
    )
    kept = set(map(tuple, places.astype(object).to_numpy()))
    assert not gone & kept
    for source in found.sources:
        assert source.rows_read == source.rows_used + source.rows_quarantined
    assert sum(s.rows_read for s in found.sources) == report.rows_read
    assert list(quarantine.columns) == list(QUARANTINE_COLUMNS)
    assert set(quarantine["reason_class"]) <= CLASSES
    assert set(quarantine["scope"]) <= {"row", "cell"}
    for words in ("reason", "remedy"):
        assert all(HAN.search(text) for text in quarantine[words])
    for note in report.inferences:
        assert note.what
        assert note.value
        assert note.why


def picture_in_order(image, path):
    """A picture names its bytes, and what nobody told about it."""
    provenance = image.provenance
    content = path.read_bytes()
    assert provenance.sha256 == hashlib.sha256(content).hexdigest()
    assert provenance.bytes == len(content)
    assert provenance.crs
    assert {"产品编号", "使用许可"} <= set(provenance.missing)
    pixels, valid = image.read(), image.valid()
    assert pixels.shape == (len(image.bands), *image.shape)
    assert valid.shape == image.shape


def as_expected(case, found):
    """Compare rows, cells, quarantine, inferences and skipped rows with the case."""
    if case.rows is not None:
        assert len(found.frame) == case.rows
    entries = [
        (e.row, e.scope, e.column if e.scope == "cell" else None, e.reason_class)
        for e in found.quarantine.itertuples()
    ]
    assert sorted(entries, key=str) == sorted(case.out, key=str), found.quarantine
    rows = found.frame.set_index("_row")
    for number, wanted in case.cells.items():
        for column, value in wanted.items():
            got = plain(rows.loc[number, column])
            same = got == pytest.approx(value) if isinstance(value, float) else None
            assert got == value if same is None else same, (number, column, got)
    said = [f"{n.what} {n.value} {n.why}" for n in found.report.inferences]
    for words in case.notes:
        assert any(words in text for text in said), said
    reasons = {s.row: s.reason for s in found.report.rows_skipped}
    for number, words in case.skipped.items():
        assert words in reasons.get(number, ""), reasons


def plain(value):
    """Return a cell as plain Python: days and moments in ISO 8601, missing as None."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        whole = value == value.normalize()
        return value.date().isoformat() if whole else value.isoformat()
    return value.item() if hasattr(value, "item") else value
