"""The house rules that no linter knows."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "pil_discovery"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("numpy", "pandas", "duckdb", "geopandas", "rasterio", "shapely", "sklearn")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_has_at_most_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_module_is_called_utils():
    names = {p.stem for p in MODULES}
    assert not names & {"utils", "util", "helpers", "common", "misc"}


def imported(*command):
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return {line.rsplit("|", 1)[-1].strip() for line in run.stderr.splitlines()}


@pytest.mark.parametrize(
    "command",
    [
        ("-m", "pil_discovery", "--help"),
        ("-m", "pil_discovery", "--version"),
        ("-m", "pil_discovery", "scan", "--help"),
        ("-c", "import pil_discovery"),
    ],
)
def test_help_and_import_load_nothing_heavy(command):
    assert not imported(*command) & set(HEAVY)


def test_every_public_name_exists():
    import pil_discovery

    for name in pil_discovery.__all__:
        assert getattr(pil_discovery, name) is not None


def test_committed_files_name_no_machine_and_no_registry():
    lock = "\n".join(p.read_text() for p in (ROOT / "requirements").glob("*.txt"))
    assert "://" not in lock
    assert "--hash=sha256:" in lock
