"""Python blocks of the README and the docs run as tests, on the sample district."""

import os
import shutil
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parent


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
