"""Whoever owns the database can do everything, and is seen."""

import json
import os
import random
import signal
import time

import pytest

from pil_discovery.errors import LedgerError
from pil_discovery.pipeline.cases import case_status, open_ledger, verify_ledger
from pil_discovery.procedure.ledger.chain import hash_of
from tests import postgres
from tests.procedure.ledger.test_robustness import EVENTS, fill, rewrite, writer


@pytest.fixture
def database(server, monkeypatch):
    """A database of its own whose owner keeps a ledger; its address."""
    monkeypatch.setenv("PIL_DB_OWNER", postgres.OWNER_PASSWORD)
    server.run("DROP DATABASE IF EXISTS ledger", name="postgres")
    server.run("CREATE DATABASE ledger", name="postgres")
    return (
        f"postgresql+psycopg://owner:${{PIL_DB_OWNER}}@127.0.0.1:{server.port}/ledger"
    )


class Owner:
    """Who may switch triggers off, write what they like, and switch them on again."""

    def __init__(self, server):
        self._server = server

    def write(self, *statements):
        tables = ("entry", "head")
        alter = "ALTER TABLE pil_ledger.{} {} TRIGGER ALL"
        self._server.run(
            *(alter.format(t, "DISABLE") for t in tables),
            *statements,
            *(alter.format(t, "ENABLE") for t in tables),
            name="ledger",
        )


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def entries(rows):
    values = ", ".join(f"({s}, {quoted(b)}, {quoted(h)})" for s, b, h in rows)
    return (
        "DELETE FROM pil_ledger.entry",
        f"INSERT INTO pil_ledger.entry VALUES {values}",
    )


def held(ledger):
    return [(r.seq, r.body, r.hash) for r in ledger.store.read()[0]]


@pytest.fixture
def owner(server):
    return Owner(server)


@pytest.mark.parametrize(
    "attack", ["edit", "rehash", "reorder", "replace", "cut", "cut-both", "back"]
)
def test_every_attack_on_the_rows_is_seen(database, owner, attack):
    ledger = fill(database)
    rows = held(ledger)
    receipt = verify_ledger(ledger).hash
    if attack in {"edit", "rehash"}:
        seq, body, told = rows[3]
        body = body.replace("李四", "王五")
        rows[3] = (seq, body, hash_of(body) if attack == "rehash" else told)
        owner.write(*entries(rows))
    elif attack == "reorder":
        (a, *x), (b, *y) = rows[3], rows[4]
        rows[3:5] = [(a, *y), (b, *x)]
        owner.write(*entries(rows))
    elif attack == "replace":
        owner.write(*entries(rewrite(rows, lambda v: v.update(by="王五"))))
    elif attack == "cut":
        owner.write("DELETE FROM pil_ledger.entry WHERE seq > 6")
    elif attack == "cut-both":
        owner.write(
            "DELETE FROM pil_ledger.entry WHERE seq > 6",
            "DELETE FROM pil_ledger.head WHERE seq > 6",
        )
        ledger.read()  # nothing is left in the database to tell by …
        with pytest.raises(LedgerError, match="回执"):
            verify_ledger(ledger, head=receipt)  # … but the receipt
        return
    else:
        back = rewrite(
            rows, lambda v: v.update(on="2026-03-01") if v["seq"] == 8 else None
        )
        owner.write(*entries(back), "DELETE FROM pil_ledger.head")
        with pytest.raises(LedgerError, match="早于同案上一条"):
            ledger.read()
        return
    with pytest.raises(LedgerError):
        ledger.read()


def test_a_guard_that_was_hollowed_out_is_seen(database, server):
    ledger = fill(database)
    server.run(
        "CREATE OR REPLACE FUNCTION pil_ledger.refuse() RETURNS trigger "
        "LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        name="ledger",
    )
    with pytest.raises(LedgerError, match="保护被取消"):
        ledger.read()


def test_a_guard_of_that_name_on_another_table_does_not_count(database, server):
    ledger = fill(database)
    server.run(
        "DROP TRIGGER entry_only_added ON pil_ledger.entry",
        "CREATE TABLE other (x int)",
        "CREATE TRIGGER entry_only_added BEFORE DELETE ON other "
        "EXECUTE FUNCTION pil_ledger.refuse()",
        name="ledger",
    )
    with pytest.raises(LedgerError, match="保护被取消"):
        ledger.read()


def test_killed_writers_lose_nothing_that_was_told(database):
    ledger = fill(database)
    case = case_status(ledger)[0]["case"]
    moments, told = random.Random(9), set()
    for number in range(6):
        process = writer(database, case, f"甲{number}-", 1000)
        lines = [process.stdout.readline().strip()]
        time.sleep(moments.uniform(0, 0.05))
        os.kill(process.pid, signal.SIGKILL)
        lines += process.communicate()[0].split()
        told.update(line for line in lines if line)
        found = open_ledger(database).read()  # raises where the chain is broken
        written = {e.fields["text"][0] for e in found[EVENTS:]}
        assert told <= written
        assert len(written - told) <= 1
        told = written
    assert [e.seq for e in found] == list(range(1, len(found) + 1))
    assert all(json.loads(row[1])["case"] for row in held(ledger))
