"""Every mechanism of the decision has a command that runs, and a test that shows it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pil_discovery.cli.root import pil
from tests.procedure.ledger.desk import Desk, served

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "mechanisms.md").read_text(encoding="utf-8")
NONE = "–"
OPEN: set[str] = set()
"""Rows that have no command yet; this set only shrinks."""


def table():
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    head, _, *rows = [[c.strip() for c in line.strip("|").split("|")] for line in lines]
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


ROWS = table()
DONE = {name: row for name, row in ROWS.items() if row["命令"] != NONE}


def test_every_row_is_there_once():
    assert list(ROWS) == [f"M{n:02}" for n in range(1, 27)]
    lines = [line for line in PAGE.splitlines() if line.startswith("| M")]
    assert len(lines) == len(ROWS)


def test_rows_without_a_command_are_those_that_are_open():
    assert set(ROWS) - set(DONE) == OPEN
    assert all(ROWS[name]["测试"] == NONE for name in OPEN)


@pytest.mark.parametrize("row", DONE.values(), ids=DONE)
def test_the_test_of_a_row_exists(row):
    file, _, name = row["测试"].strip("`").partition("::")
    assert re.search(
        rf"^def {re.escape(name)}\(",
        (ROOT / file).read_text(encoding="utf-8"),
        re.MULTILINE,
    )


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """A copy of the sample workspace, scanned by the command of the page itself."""
    folder = tmp_path_factory.mktemp("机制")
    shutil.copytree(ROOT / "sample_data" / "workspace", folder / "工作区")
    (folder / "空").mkdir()
    found = {"ws": folder / "工作区", "tmp": folder / "空", "lead": "1"}
    run = command(DONE["M12"], {**found, "tmp": folder})
    assert run.exit_code == 0, run.output
    desk = Desk(folder / "案件.ledger")
    desk.open("--scan", folder / "结果", "--lead", found["lead"])
    served(desk)
    desk.record("agency.reply", "2026-05-20", measure="已催缴")
    ledger = {"ledger": desk.ledger, "case": desk.case}
    return {**found, **ledger, "out": folder / "结果"}


def command(row, places):
    text = row["命令"].strip("`")
    words = [w.format(**places) for w in shlex.split(text)]
    assert words[0] == "pil"
    before = Path.cwd()
    os.chdir(places["tmp"])
    try:
        return CliRunner().invoke(pil, words[1:])
    finally:
        os.chdir(before)


@pytest.mark.xdist_group("mechanisms")
@pytest.mark.parametrize("name", [n for n in DONE if n != "M12"])
def test_the_command_of_a_row_runs(name, places):
    run = command(DONE[name], places)
    assert run.exit_code == 0, run.output
    assert run.stdout.strip()


@pytest.mark.xdist_group("mechanisms")
def test_the_scan_of_the_page_tells_rows_read_used_and_set_apart(places):
    assert (places["out"] / "run.json").is_file()
    assert (places["out"] / "quarantine.jsonl").is_file()
