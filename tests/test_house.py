"""The house rules that no linter knows."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "pil_discovery"
MODULES = sorted(PACKAGE.rglob("*.py"))
YAML_FILES = sorted((ROOT / "models").rglob("*.yaml"))
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


def test_a_file_of_the_library_reads_the_same_in_every_yaml_reader():
    # the readers in Python take their time, so the examples are left to the rule below
    for path in YAML_FILES:
        head, *_ = path.read_text(encoding="utf-8").split("\nexamples:")
        fast = yaml.load(head, Loader=yaml.CSafeLoader)
        plain = yaml.load(head, Loader=yaml.SafeLoader)
        assert plain == fast, path


def questions_in_flow(text):
    """Unquoted values inside {} or [] that hold a «?»: readers disagree about it."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken):
            depth += 1
        if isinstance(token, yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken):
            depth -= 1
        is_bare = isinstance(token, yaml.ScalarToken) and token.plain
        if depth and is_bare and "?" in token.value:
            yield token.value


def test_no_unquoted_value_in_brackets_holds_a_question_mark():
    assert list(questions_in_flow("- {zh: 是, en: whose debt is it?}"))
    assert not list(questions_in_flow('- {zh: 是, en: "whose debt?"}\nwhy: is it?'))
    for path in YAML_FILES:
        found = list(questions_in_flow(path.read_text(encoding="utf-8")))
        assert found == [], path
