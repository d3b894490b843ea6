"""What the README shows of a check is what a check prints."""

import re
import shutil

import pytest
import yaml

from pil_discovery.catalog import load_catalog, read_workspace
from pil_discovery.pipeline.starting import sample_folder
from tests.cli.test_commands import ROOT, pil


def test_the_readme_shows_what_a_check_prints(tmp_path):
    folder = tmp_path / "收件"
    shutil.copytree(sample_folder() / "workspace", folder)
    (folder / "pil.yaml").unlink()
    run = pil("check", "收件", cwd=tmp_path, COLUMNS="80")
    assert run.returncode == 1
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"```text\n(文件 .*?)```", readme, re.DOTALL)[1].splitlines()
    printed = [*run.stdout.splitlines(), *run.stderr.splitlines()]
    assert len(shown) > 10
    assert [line for line in shown if line not in printed] == []


@pytest.mark.parametrize("name", ["units-and-coordinates.md"])
def test_the_entries_shown_in_the_guides_are_right(tmp_path, name):
    text = (ROOT / "docs" / "how-to" / name).read_text("utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    head = "name: 试\nas_of: 2026-09-30\njurisdiction: '990302'\noffice: {name: 院}\n"
    for entry in [e for part in yaml.safe_load(block).values() for e in part]:
        path = tmp_path / entry["file"]
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    (tmp_path / "pil.yaml").write_text(head + block, encoding="utf-8")
    assert read_workspace(tmp_path, load_catalog().datasets).records
