"""Whatever happens to a ledger is either harmless or seen."""

import datetime as dt
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.errors import LedgerError, PilError
from pil_discovery.pipeline.cases import (
    case_status,
    open_case,
    open_ledger,
    record_event,
    verify_ledger,
)
from pil_discovery.procedure.ledger.chain import hash_of
from tests import postgres

ROOT = Path(__file__).resolve().parents[3]
SHM = Path("/dev/shm")  # noqa: S108 -- only to be quick
MEMORY = SHM if SHM.is_dir() else None
DAY = dt.date(2026, 3, 2)
EVENTS = 8


def fill(place, *, events=EVENTS):
    """Open two cases and record notes in turn."""
    ledger = open_ledger(place)
    told = {"track": "civil", "matter": "food.no-licence", "title": "示例案"}
    days = {"fact_date": dt.date(2026, 1, 5), "on": DAY}
    names = [
        open_case(ledger, party=party, by="张三", **told, **days).id
        for party in ("示例甲店", "示例乙店")
    ]
    for number in range(events - 2):
        day = DAY + dt.timedelta(days=number)
        words = {"on": day, "by": "李四", "fields": [("text", f"第{number}条备注")]}
        record_event(ledger, names[number % 2], "note.add", **words)
    return ledger


@pytest.fixture(scope="module")
def sound():
    """Return the bytes of a ledger and of the head beside it."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        path = Path(folder) / "a.ledger"
        fill(path)
        yield path.read_bytes(), path.with_name("a.ledger.head").read_bytes()


class Tampering:
    """A copy of a ledger in the hands of somebody who can write the file."""

    def __init__(self, folder, sound, *, beside):
        self.path = Path(folder) / "a.ledger"
        self.path.write_bytes(sound[0])
        if beside:
            self.path.with_name("a.ledger.head").write_bytes(sound[1])

    def run(self, *statements):
        with sqlite3.connect(self.path) as connection:
            triggers = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            for statement, values in statements:
                connection.execute(statement, values)
            for _, sql in triggers:
                connection.execute(sql)
        connection.close()

    def rows(self):
        with sqlite3.connect(self.path) as connection:
            found = connection.execute("SELECT seq, body, hash FROM entry").fetchall()
        connection.close()
        return found

    def is_seen(self):
        try:
            verify_ledger(open_ledger(self.path))
        except PilError:  # seen, or the file cannot be read at all
            return True
        return False


def tampered(sound, *, beside=True):
    folder = tempfile.TemporaryDirectory(dir=MEMORY)
    return folder, Tampering(folder.name, sound, beside=beside)


def test_an_untouched_copy_is_sound_with_and_without_the_head_beside_it(sound):
    for beside in (True, False):
        folder, copy = tampered(sound, beside=beside)
        with folder:
            assert not copy.is_seen()


@given(st.integers(1, EVENTS - 1), st.booleans(), st.booleans())
def test_a_cut_tail_is_seen(sound, kept, heads_too, beside):
    folder, copy = tampered(sound, beside=beside or heads_too)
    with folder:
        copy.run(("DELETE FROM entry WHERE seq > ?", (kept,)))
        if heads_too:
            copy.run(("DELETE FROM head WHERE seq > ?", (kept,)))
        assert copy.is_seen()


@given(st.permutations(range(1, EVENTS + 1)))
def test_reordered_entries_are_seen(sound, order):
    folder, copy = tampered(sound)
    with folder:
        rows = {seq: (body, told) for seq, body, told in copy.rows()}
        copy.run(
            ("DELETE FROM entry", ()),
            *(
                ("INSERT INTO entry VALUES (?, ?, ?)", (new, *rows[old]))
                for new, old in enumerate(order, 1)
            ),
        )
        assert copy.is_seen() == (list(order) != sorted(order))


@given(st.integers(1, EVENTS), st.data())
def test_an_edited_entry_is_seen(sound, seq, data):
    folder, copy = tampered(sound)
    with folder:
        body, told = next((b, h) for s, b, h in copy.rows() if s == seq)
        place = data.draw(st.integers(0, len(body) - 1))
        other = data.draw(st.sampled_from('x0张，"{ '))
        changed = body[:place] + other + body[place + 1 :]
        rehashed = data.draw(st.booleans())
        new = (changed, hash_of(changed) if rehashed else told, seq)
        copy.run(("UPDATE entry SET body = ?, hash = ? WHERE seq = ?", new))
        assert copy.is_seen() == (changed != body)


def rewrite(rows, change):
    """Change a body and make every hash after it fit again."""
    made, before = [], "0" * 64
    for seq, body, _ in rows:
        values = json.loads(body)
        change(values)
        values["prev"] = before
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        before = hash_of(text)
        made.append((seq, text, before))
    return made


@given(st.integers(1, EVENTS), st.booleans())
def test_a_replaced_entry_with_a_whole_new_chain_is_seen(sound, target, heads_too):
    def change(values):
        if values["seq"] == target:
            values["by"] = "王五"

    folder, copy = tampered(sound)
    with folder:
        made = rewrite(copy.rows(), change)
        copy.run(
            ("DELETE FROM entry", ()),
            *(("INSERT INTO entry VALUES (?, ?, ?)", row) for row in made),
        )
        if heads_too:
            copy.run(
                ("DELETE FROM head", ()),
                *(
                    ("INSERT INTO head VALUES (?, ?, '')", (seq, told))
                    for seq, _, told in made
                ),
            )
        assert copy.is_seen()


@given(st.integers(5, EVENTS))
def test_a_clock_set_back_is_seen_even_in_a_whole_new_chain(sound, target):
    def change(values):
        if values["seq"] == target:
            values["on"] = "2026-03-01"

    folder, copy = tampered(sound, beside=False)
    with folder:
        made = rewrite(copy.rows(), change)
        copy.run(
            ("DELETE FROM entry", ()),
            ("DELETE FROM head", ()),
            *(("INSERT INTO entry VALUES (?, ?, ?)", row) for row in made),
        )
        with pytest.raises(LedgerError, match="早于同案上一条"):
            open_ledger(copy.path).read()


@settings(max_examples=60)
@given(st.data())
def test_a_flipped_byte_is_seen_or_changes_nothing(sound, data):
    held = bytearray(sound[0])
    place = data.draw(st.integers(0, len(held) - 1))
    held[place] ^= data.draw(st.integers(1, 255))
    folder, copy = tampered((bytes(held), sound[1]))
    with folder:
        if not copy.is_seen():
            assert copy.rows() == reference(sound)


def reference(sound):
    folder, copy = tampered(sound)
    with folder:
        return copy.rows()


def test_an_older_copy_put_in_place_is_seen_by_the_head_beside_it(quick_path):
    path = quick_path / "a.ledger"
    ledger = fill(path)
    older = path.read_bytes()
    name = case_status(ledger)[0]["case"]
    told = {"on": dt.date(2026, 4, 1), "by": "李四", "fields": [("text", "新")]}
    record_event(ledger, name, "note.add", **told)
    receipt = verify_ledger(ledger).hash
    path.write_bytes(older)
    with pytest.raises(LedgerError, match="末尾被截去"):
        ledger.read()
    path.with_name("a.ledger.head").unlink()
    assert len(ledger.read()) == EVENTS  # nothing is left to tell by …
    with pytest.raises(LedgerError, match="回执"):
        verify_ledger(ledger, head=receipt)  # … but the receipt


def test_rows_can_neither_be_changed_nor_deleted_nor_replaced(quick_path):
    path = quick_path / "a.ledger"
    fill(path)
    connection = sqlite3.connect(path)
    for statement in (
        "UPDATE entry SET body = 'x'",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry VALUES (1, 'x', 'y')",
        "DELETE FROM head",
        "INSERT OR REPLACE INTO head VALUES (1, 'x', '')",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append only"):
            connection.execute(statement)
    connection.execute("DROP TRIGGER entry_delete")
    connection.commit()
    connection.close()
    with pytest.raises(LedgerError, match="只增不改保护被取消"):
        open_ledger(path).read()


def test_a_file_that_is_no_ledger_is_not_touched(quick_path):
    for held in (b"not a database", b"SQLite format 3\x00" + b"\x00" * 100):
        path = quick_path / "x"
        path.write_bytes(held)
        with pytest.raises(LedgerError):
            fill(path)
        assert path.read_bytes() == held
    other = quick_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    with pytest.raises(LedgerError):
        fill(other)


WRITER = """
import datetime as dt, sys
from pil_discovery.pipeline.cases import open_ledger, record_event
place, case, who, number = sys.argv[1:]
ledger = open_ledger(place)
for n in range(int(number)):
    made = record_event(ledger, case, "note.add", on=dt.date(2026, 9, 1), by=who,
                        fields=[("text", f"{who}{n}")])
    print(made.entries[-1].fields["text"][0], flush=True)
"""


def writer(place, case, who, number):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(place), case, who, str(number)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def two_writers(place):
    ledger = fill(place)
    cases = [c["case"] for c in case_status(ledger)]
    running = [writer(place, c, who, 25) for c, who in zip(cases, "甲乙", strict=True)]
    running.append(writer(place, cases[0], "丙", 25))
    for process in running:
        process.communicate(timeout=120)
        assert process.returncode == 0
    entries = ledger.read()
    assert [e.seq for e in entries] == list(range(1, EVENTS + 76))
    told = {e.fields["text"][0] for e in entries[EVENTS:]}
    assert told == {f"{who}{n}" for who in "甲乙丙" for n in range(25)}


def test_three_writers_at_once_lose_nothing(quick_path):
    two_writers(quick_path / "a.ledger")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_hundred_kills_at_random_moments_lose_nothing_that_was_told(quick_path):
    place = quick_path / "a.ledger"
    ledger = fill(place, events=2)
    case = case_status(ledger)[0]["case"]
    moments = random.Random(9)
    told = -1
    for number in range(100):
        writer = _Writer(place, case, told + 1)
        if number % 2:  # the others may die before they have written anything
            writer.wait_for_a_word()
        last = writer.kill(after=moments.uniform(0, 0.02))
        entries = ledger.read()  # raises where the chain is broken
        written = [int(e.fields["text"][0]) for e in entries[2:]]
        assert written == list(range(len(written)))
        told = told if last is None else last
        assert len(written) - 1 in {told, told + 1}  # written, but not yet told
        told = len(written) - 1
    assert told >= 49
    verify_ledger(ledger)


class _Writer:
    """A process that records note after note and tells each, until it is killed."""

    def __init__(self, place, case, first):
        self._told = b""
        self._reader, sender = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            os.close(self._reader)
            _write_for_ever(place, case, first, sender)
        os.close(sender)

    def wait_for_a_word(self):
        self._told = os.read(self._reader, 64)

    def kill(self, *, after):
        time.sleep(after)
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        while more := os.read(self._reader, 4096):
            self._told += more
        os.close(self._reader)
        lines = self._told.decode().split("\n")[:-1]
        return int(lines[-1]) if lines else None


def _write_for_ever(place, case, first, sender):
    try:
        ledger = open_ledger(place)
        while True:
            words = {"on": dt.date(2026, 9, 1), "by": "甲"}
            record_event(
                ledger, case, "note.add", fields=[("text", str(first))], **words
            )
            os.write(sender, f"{first}\n".encode())
            first += 1
    finally:
        os._exit(1)


@pytest.fixture
def database(server, monkeypatch):
    """A database of its own whose owner keeps a ledger; its address."""
    monkeypatch.setenv("PIL_DB_OWNER", postgres.OWNER_PASSWORD)
    server.run("DROP DATABASE IF EXISTS ledger", name="postgres")
    server.run("CREATE DATABASE ledger", name="postgres")
    return (
        f"postgresql+psycopg://owner:${{PIL_DB_OWNER}}@127.0.0.1:{server.port}/ledger"
    )


def test_a_database_holds_the_same_ledger_as_a_file(database, quick_path):
    fill(quick_path / "a.ledger")
    ledger = fill(database)
    assert ledger.read() == open_ledger(quick_path / "a.ledger").read()
    assert verify_ledger(ledger) == verify_ledger(open_ledger(quick_path / "a.ledger"))


def test_writers_of_a_database_lose_nothing(database):
    two_writers(database)


def test_tampering_in_a_database_is_refused_or_seen(database, server):
    import psycopg

    ledger = fill(database)
    for statement in (
        "UPDATE pil_ledger.entry SET body = 'x'",
        "DELETE FROM pil_ledger.entry",
        "TRUNCATE pil_ledger.head",
    ):
        with pytest.raises(psycopg.errors.RaiseException, match="append only"):
            server.run(statement, name="ledger")
    server.run(
        "ALTER TABLE pil_ledger.entry DISABLE TRIGGER ALL",
        "DELETE FROM pil_ledger.entry WHERE seq = 8",
        name="ledger",
    )
    with pytest.raises(LedgerError, match="保护被取消"):
        ledger.read()
    server.run("ALTER TABLE pil_ledger.entry ENABLE TRIGGER ALL", name="ledger")
    with pytest.raises(LedgerError, match="末尾被截去"):
        ledger.read()
