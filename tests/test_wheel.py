"""The wheel works in an empty environment, away from the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.wheel


def run(*command, **options):
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(out))
    run(*build, cwd=ROOT)
    return next(out.glob("*.whl"))


def test_models_and_sample_are_inside(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert any(n.startswith("pil_discovery/_models/screening/") for n in names)
    assert any(n.startswith("pil_discovery/_models/law/") for n in names)
    assert "pil_discovery/_sample_data/workspace/pil.yaml" in names
    assert "pil_discovery/py.typed" in names


def test_an_empty_environment_runs_the_demo(wheel, tmp_path):
    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", str(venv))
    python = str(venv / "bin" / "python")
    pip = (python, "-m", "pip", "install", "-q")
    run(*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "run.txt"))
    run(*pip, "--no-deps", str(wheel))
    away = tmp_path / "away"
    away.mkdir()
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = run(str(venv / "bin" / "pil"), "demo", "示例", cwd=away, env=clean)
    bundles = list((away / "示例" / "bundle").glob("PIL-*"))
    assert len(bundles) == 1
    assert "已验证" in done.stderr
