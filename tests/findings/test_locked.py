"""One locked database serves many runs, and none of them sees another."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from pil_discovery.errors import ModelError
from pil_discovery.findings.locked import close_databases, lent, renew
from pil_discovery.findings.relations import Relations

MEMORY = "200MB"


@pytest.fixture
def fresh():
    """Begin and end without a database that earlier work has opened."""
    close_databases()
    yield
    close_databases()


@pytest.mark.usefixtures("fresh")
def test_every_connection_is_locked_and_not_the_first_one_alone():
    frame = pd.DataFrame({"secret": ["canary"]})
    for connection in (lent(MEMORY), lent(MEMORY)):
        for name in ("TimeZone", "threads", "enable_external_access"):
            value = connection.execute(f"SELECT current_setting('{name}')").fetchall()
            assert value == [({"TimeZone": "UTC", "threads": 1}.get(name, False),)]
        with pytest.raises(duckdb.CatalogException):
            connection.execute("SELECT * FROM frame")
        with pytest.raises(duckdb.Error, match="locked"):
            connection.execute("SET threads=2")
        with pytest.raises(duckdb.Error):
            connection.execute(f"SELECT * FROM '{Path(__file__).as_posix()}'")
    assert len(frame) == 1


@pytest.mark.usefixtures("fresh")
def test_runs_at_the_same_time_and_one_after_the_other_share_no_table():
    with Relations("test/one", {}) as one, Relations("test/two", {}) as two:
        one.load("bill", pa.table({"no": ["a"]}))
        two.load("bill", pa.table({"no": ["b", "c"]}))
        one.create("found", "SELECT no FROM bill", "steps")
        assert (one.tables(), two.tables()) == (["bill", "found"], ["bill"])
        assert two.select("SELECT no FROM bill")["no"].to_pylist() == ["b", "c"]
        with pytest.raises(ModelError, match="没有表「found」"):
            two.create("more", "SELECT * FROM found", "steps")
    with Relations("test/three", {}) as three:
        assert three.tables() == []


@pytest.mark.usefixtures("fresh")
def test_the_same_words_with_other_values_give_other_rows():
    sql = "SELECT no FROM bill WHERE due < $least"
    counts = []
    for least, due in ((2.5, [1.0, 2.0]), (2, [1, 2]), (1.5, [1.0, 1.0])):
        with Relations("test/one", {"least": least}) as relations:
            relations.load("bill", pa.table({"no": ["a", "b"], "due": due}))
            counts.append(relations.create("found", sql, "steps"))
    assert counts == [2, 1, 2]


@pytest.mark.usefixtures("fresh")
def test_the_rows_of_a_table_are_known_however_it_came_about():
    with Relations("test/one", {}) as relations:
        relations.load("bill", pa.table({"no": ["a", "b"]}))
        relations.create("few", "SELECT no FROM bill WHERE no = 'a'", "steps")
        assert (relations.count("bill"), relations.count("few")) == (2, 1)


@pytest.mark.usefixtures("fresh")
def test_after_an_error_the_next_run_has_a_database_of_its_own():
    kept = lent("4GB")
    with pytest.raises(ModelError), Relations("test/one", {}) as relations:
        relations.create("found", "SELECT * FROM nothing", "steps")
    kept.execute("CREATE TABLE mark AS SELECT 1 AS x")
    assert lent("4GB").execute("SHOW TABLES").fetchall() == []


@pytest.mark.usefixtures("fresh")
def test_without_an_error_a_run_leaves_the_database_open_and_empty():
    kept = lent("4GB")
    with Relations("test/one", {}) as relations:
        relations.load("bill", pa.table({"no": ["a"] * 1000}))
    kept.execute("CREATE TABLE mark AS SELECT 1 AS x")
    assert lent("4GB").execute("SHOW TABLES").fetchall() == [("mark",)]
    renew()
    assert lent("4GB").execute("SHOW TABLES").fetchall() == []


def test_nothing_stays_behind_on_disk(tmp_path):
    code = (
        "from pil_discovery.findings.relations import Relations\n"
        "with Relations('test/one', {}) as relations:\n"
        "    relations.create('t', 'SELECT 1 AS x', '')\n"
    )
    environment = {
        "TMPDIR": str(tmp_path),
        "PATH": "",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert list(tmp_path.iterdir()) == []
