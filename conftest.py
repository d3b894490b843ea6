"""Python blocks of the README and the docs run as tests, on the sample district."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parent

# the same examples every time: a gate that fails by chance is no gate
settings.register_profile("gate", derandomize=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


@pytest.fixture(scope="module")
def sample_workspace(tmp_path_factory):
    """Run the blocks beside a fresh copy of the sample workspace."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "sample_data" / "workspace", folder / "demo" / "workspace")
    before = Path.cwd()
    os.chdir(folder)
    yield folder
    os.chdir(before)


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["*.md"],
    fixtures=["sample_workspace"],
).pytest()


def pytest_itemcollected(item):
    """Keep the blocks of a page on one worker: each builds on those before it."""
    if item.path.suffix == ".md":
        item.add_marker(pytest.mark.xdist_group(str(item.path)))
