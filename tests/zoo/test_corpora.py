"""Every file that others found to break software, and the real workbooks, are checked.

They go through the check of a folder as a prosecutor would drop them: in batches, under
their own names and under the names of the formats that are read.
"""

import os
import shutil
import time
from pathlib import Path

import pytest

from pil_discovery.errors import PilError
from pil_discovery.pipeline.checking import check_workspace
from pil_discovery.pipeline.folder import list_folder
from pil_discovery.pipeline.kinds import kind_of
from tests.zoo.cases import HAN, HEAD_OF_WORKSPACE

HERE = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PIL_SHARED_DATA", HERE / ".." / "shared" / "data"))
CORPORA = SHARED / "badinputs"
LAND = SHARED / "land_supply"
BATCHES = 8
MOST_SECONDS = 30


def corpus():
    return sorted(p for p in CORPORA.rglob("*") if p.is_file())


def batch(folder, sources):
    """Copy files into a folder each; what is of no format is also named as one."""
    endings = (".csv", ".xls", ".geojson", ".shp", ".gpkg", ".fgb")
    for number, source in enumerate(sources):
        place = folder / f"{number:03}"
        place.mkdir(parents=True)
        name = source.name.lstrip(".")  # hidden files are no exports
        shutil.copyfile(source, place / name)
        if kind_of(place / name) == "foreign":
            shutil.copyfile(source, place / f"x{endings[number % len(endings)]}")
    return folder


def spoken(check):
    """Return the files for which the check has a sentence or a reading."""
    for problem in check.problems:
        assert HAN.search(problem.what), problem
        assert problem.file, problem
        str(problem).encode()
    for reading in check.readings:
        used = reading["rows_used"] + reading["rows_quarantined"]
        assert reading["rows_read"] == used
    named = {p.file for p in check.problems} | {r["file"] for r in check.readings}
    return named | {s["file"] for s in check.sources}


def data_files(folder):
    listing = list_folder(folder)
    return {listing.name(path) for path in listing.data}


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora of bad files")
@pytest.mark.parametrize("number", range(BATCHES))
def test_every_file_of_the_corpora_is_read_or_told_of(tmp_path, number):
    folder = batch(tmp_path / "收件", corpus()[number::BATCHES])
    wanted = data_files(folder)
    times = Times()
    check = check_workspace(folder, times)
    times("", 0, 0)
    assert wanted <= spoken(check)
    assert (folder / "检查结果.xlsx").is_file()
    # the second check reads the pil.yaml that the first proposed
    assert wanted <= spoken(check_workspace(folder, times))
    times("", 0, 0)
    assert times.longest < MOST_SECONDS, times


class Times:
    """Seconds between two notes of progress, which are one per file."""

    def __init__(self):
        self.longest, self.file, self._since, self._at = 0.0, "", None, ""

    def __call__(self, file, done, total):
        now = time.perf_counter()
        if self._since is not None and now - self._since > self.longest:
            self.longest, self.file = now - self._since, self._at
        self._since, self._at = now, file

    def __repr__(self):
        return f"{self.longest:.1f} s for {self.file}"


@pytest.mark.skipif(not LAND.is_dir(), reason="no published land workbooks")
def test_the_published_land_workbooks_are_recognised_and_counted(tmp_path):
    for source in LAND.glob("*.xls"):
        shutil.copyfile(source, tmp_path / source.name)
    times = Times()
    check = check_workspace(tmp_path, times)
    times("", 0, 0)
    found = {s["file"]: s for s in check.sources}
    assert {n: s["dataset"] for n, s in found.items()} == {
        "land_supply_results.xls": "land_supply_result",
        "land_transfers.xls": "land_transfer_record",
    }
    for source in found.values():
        assert source["rows_read"] > 100
        assert source["rows_used"] >= 0.9 * source["rows_read"]
    assert times.longest < MOST_SECONDS, times


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora of bad files")
def test_a_workspace_that_names_bad_files_outright_is_told_of_each(tmp_path):
    folder = batch(tmp_path, [p for p in corpus() if p.suffix in {".tif", ".geojson"}])
    layers = sorted(n for n in data_files(folder) if n.endswith(".geojson"))
    pictures = sorted(n for n in data_files(folder) if n.endswith(".tif"))
    lines = [HEAD_OF_WORKSPACE, "layers:"]
    lines += [f'- {{dataset: parcel, file: "{n}"}}' for n in layers]
    lines += ["images:"]
    told = 'acquired: "2025-05-12T10:41:00+08:00", sensor: 某星, bands: {red: 1}'
    lines += [f'- {{file: "{n}", {told}}}' for n in pictures]
    (folder / "pil.yaml").write_text("\n".join(lines), encoding="utf-8")
    try:
        named = spoken(check_workspace(folder))
    except PilError as error:
        pytest.fail(str(error))
    assert {*layers, *pictures} <= named


@pytest.mark.parametrize(
    "name", ["通知.docx", "红线.dxf", "扫描.pdf", "材料.rar", "表"]
)
def test_a_file_of_another_kind_is_told_of(tmp_path, name):
    (tmp_path / name).write_bytes(b"%PDF-1.7 ...")
    (tmp_path / "催缴.csv").write_text("合同编号,期次,应缴金额\nA,1,5\n", "utf-8")
    check = check_workspace(tmp_path)
    spoken(check)
    told = {f["file"]: f for f in check.files}
    assert [told[n]["state"] for n in ("催缴.csv", name)] == ["used", "foreign"]
    assert HAN.search(told[name]["note"])
