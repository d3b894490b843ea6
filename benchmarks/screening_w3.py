"""W3: five million payments against a million contracts, by hand and by the engine.

    python benchmarks/screening_w3.py FOLDER [--rounds 5]
                                             [--payments 5000000] [--contracts 1000000]

Which payments came after the day they were due, and what late fee (0.1 % a day) does
each agency miss? FOLDER gets the data once, with a fixed seed, as Parquet and as CSV
in GB18030. Each side runs in a process of its own, in turns:

- `hand`: the query as an analyst writes it, in DuckDB on the Parquet files;
- `screen`: `findings.screen` of a model that asks the same; the clock starts when the
  tables have been read and stops with the findings;
- `scan`: `pipeline.scan` of a workspace with these two Parquet files, everything from
  the first import to the leads, with hashes, types, keys and duplicates checked;
- `hand_gb18030`, `scan_gb18030`: the same two on the CSV files, which Python has to
  transcode for DuckDB.

Prints JSON: the median and range of the CPU seconds under the clock and of the whole
process with its children, the ratios to `hand`, and the most memory of its own that the
process of the side held, its reading process and its model process. Pages of files that
are mapped are not counted, the system drops them when it needs room; with
`--payments 10000000` the first and the last are the same. All sides must give the same
answer. The progress of the scan goes to the standard error.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

GOAL = 1.5
ANSWER = {"rows": 2_710_689, "fee": 15_320_351_311}
"""Of the default sizes."""
SIDES = ("hand", "screen", "scan", "hand_gb18030", "scan_gb18030")
LOOK_S = 0.02
MEMORY = ("held_mib", "reader_mib", "model_mib")
FIGURES = ("cpu_s", "process_cpu_s", "wall_s", *MEMORY)
HAND = """
SELECT agency, count(*) AS n,
       sum(paid * 0.001 * date_diff('day', due_date, pay_date)) AS fee
FROM {payments} JOIN {contracts} USING (contract_no)
WHERE pay_date > due_date GROUP BY agency"""

WORKSPACE = """name: 滞纳金
as_of: "2026-09-30"
jurisdiction: "330302"
office: {{name: 示例区人民检察院, short: 示检}}
models: [本地]
records:
  - {{file: payments.{suffix}, dataset: w3_payment}}
  - {{file: contracts.{suffix}, dataset: w3_contract}}
"""
DATASETS = {
    "w3_payment": """id: w3_payment
title: {zh: 缴款流水}
domain: land_transfer
holder: 财政局
kind: record
key: [pay_id]
fields:
  - {name: pay_id, aliases: [流水号], type: integer}
  - {name: contract_no, aliases: [合同编号], type: text}
  - {name: pay_date, aliases: [缴款日期], type: date}
  - {name: paid_cny, aliases: [paid], type: number, unit: CNY}
  - {name: payer, aliases: [缴款人], type: text}
""",
    "w3_contract": """id: w3_contract
title: {zh: 合同台账}
domain: land_transfer
holder: 自然资源和规划局
kind: record
key: [contract_no]
fields:
  - {name: contract_no, aliases: [合同编号], type: text}
  - {name: agency, aliases: [主管部门], type: text}
  - {name: amount_cny, aliases: [amount], type: number, unit: CNY}
  - {name: due_date, aliases: [应缴日期], type: date}
""",
}
MODEL = """id: land/late-fee-missed
code: LAND-W3
version: 1.0.0
status: trial
title: {zh: 逾期缴款未收滞纳金}
domain: land_transfer
why: 缴款晚于应缴日期的，每日按千分之一计收滞纳金。
data:
  w3_payment: [contract_no, pay_date, paid_cny]
  w3_contract: [contract_no, agency, due_date]
parameters:
  rate: {value: 0.001, unit: 1/d, why: 合同约定每日千分之一}
population:
  key: [agency]
  sql: >
    SELECT c.agency, count(*) AS payments,
           sum(p.paid_cny * date_diff('day', c.due_date, p.pay_date))
             * CAST($rate AS DECIMAL(4, 3)) AS fee_cny, TRUE AS hit
    FROM w3_payment p JOIN w3_contract c USING (contract_no)
    WHERE p.pay_date > c.due_date GROUP BY c.agency
records: {w3_payment: {}, w3_contract: {}}
measures: {payments: '1', fee_cny: CNY}
agency: {power: land.idle.dispose}
explain:
  zh: "{agency}有{payments}笔逾期缴款，滞纳金{fee_cny:yuan}元。"
  en: "{agency}: {payments} late payments, fee {fee_cny} yuan."
examples: []
"""
OFFICES = (
    "自然资源",
    "水利",
    "农业农村",
    "住建",
    "生态环境",
    "市场监管",
    "财政",
    "人防",
)


def make(folder: Path, payments: int, contracts: int):
    """Write the workspace; 2 % of the payments name no contract."""
    import pyarrow as pa

    rng = np.random.default_rng(5)
    agencies = [f"鹿城区{name}局" for name in OFFICES]
    agencies += [f"第{n}街道办事处" for n in range(52)]
    due = np.datetime64("2015-01-01") + rng.integers(0, 3500, contracts)
    ledger = {
        "contract_no": numbered("HT", np.arange(contracts)),
        "agency": np.array(agencies)[rng.integers(0, 60, contracts)],
        "amount": np.round(np.exp(rng.normal(12, 1.2, contracts)), 2),
        "due_date": due,
    }
    named = rng.integers(0, int(contracts * 1.02), payments)
    late = rng.integers(-200, 250, payments)
    flow = {
        "pay_id": np.arange(payments),
        "contract_no": numbered("HT", named),
        "pay_date": due[np.minimum(named, contracts - 1)] + late,
        "paid": np.round(np.exp(rng.normal(10, 1.2, payments)), 2),
        "payer": numbered("温州某某房地产开发有限公司", named % 9999),
    }
    local = folder / "本地"
    (local / "datasets").mkdir(parents=True, exist_ok=True)
    (local / "land").mkdir(parents=True, exist_ok=True)
    for name, text in DATASETS.items():
        (local / "datasets" / f"{name}.yaml").write_text(text, encoding="utf-8")
    model = local / "land" / "late-fee-missed.yaml"
    model.write_text(MODEL, encoding="utf-8")
    write(folder, "contracts", pa.table(ledger))
    write(folder, "payments", pa.table(flow))


def numbered(prefix: str, numbers: np.ndarray) -> np.ndarray:
    return np.char.add(prefix, numbers.astype(str))


def write(folder: Path, name: str, table):
    """Write a table as Parquet and as CSV in GB18030."""
    import pyarrow.csv
    import pyarrow.parquet

    pyarrow.parquet.write_table(table, folder / f"{name}.parquet")
    plain = folder / f"{name}.tmp"
    pyarrow.csv.write_csv(table, plain)
    transcode(plain, folder / f"{name}.csv", "utf-8", "gb18030")
    plain.unlink()


def transcode(source: Path, target: Path, old: str, new: str):
    with (
        source.open(encoding=old, newline="") as text,
        target.open("w", encoding=new, newline="") as out,
    ):
        while block := text.read(1 << 24):
            out.write(block)


class Clock:
    """CPU seconds from here to `stop`."""

    def __init__(self):
        self.cpu, self.wall = time.process_time(), time.time()

    def stop(self) -> dict[str, float]:
        return {
            "cpu_s": round(time.process_time() - self.cpu, 3),
            "wall_s": round(time.time() - self.wall, 2),
        }


class Memory(threading.Thread):
    """The most memory of its own that each process below this one holds, in MiB."""

    def __init__(self, root: int):
        super().__init__(daemon=True)
        self.root, self.held = root, {}
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(LOOK_S):
            for process in self.processes():
                try:
                    own = status_of(process, "RssAnon")
                except (OSError, StopIteration):  # it has just ended
                    continue
                kind = self.kind_of(process)
                self.held[kind] = max(self.held.get(kind, 0), own // 1024)

    def processes(self) -> list[int]:
        found = [self.root]
        for process in found:
            for children in Path(f"/proc/{process}/task").glob("*/children"):
                try:
                    found += map(int, children.read_text().split())
                except OSError:
                    continue
        return found

    def kind_of(self, process: int) -> str:
        if process == self.root:
            return "held_mib"
        try:
            command = Path(f"/proc/{process}/cmdline").read_bytes()
        except OSError:
            return "other_mib"
        return "reader_mib" if b"sandbox.server" in command else "model_mib"

    def stop(self) -> dict[str, int]:
        self.over.set()
        self.join()
        return dict.fromkeys(MEMORY, 0) | self.held


def status_of(process: int, name: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def hand(folder: Path) -> dict:
    import duckdb

    clock = Clock()
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    names = {n: f"'{folder / n}.parquet'" for n in ("payments", "contracts")}
    rows = connection.execute(HAND.format(**names)).fetchall()
    return clock.stop() | answer((n, fee) for _, n, fee in rows)


def hand_gb18030(folder: Path) -> dict:
    import duckdb

    clock = Clock()
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        names = {}
        for name in ("payments", "contracts"):
            plain = Path(place) / f"{name}.csv"
            transcode(folder / plain.name, plain, "gb18030", "utf-8")
            names[name] = f"'{plain}'"
        rows = connection.execute(HAND.format(**names)).fetchall()
    return clock.stop() | answer((n, fee) for _, n, fee in rows)


def answer(found) -> dict:
    rows, fees = zip(*found, strict=True)
    return {"rows": int(sum(rows)), "fee": round(float(sum(fees)))}


def workspace(folder: Path, suffix: str):
    from pil_discovery.pipeline.reading import open_workspace

    text = WORKSPACE.format(suffix=suffix)
    (folder / "pil.yaml").write_text(text, encoding="utf-8")
    return open_workspace(folder)


def screen(folder: Path) -> dict:
    from pil_discovery.catalog import load_catalog
    from pil_discovery.findings import screen as run_model
    from pil_discovery.pipeline.flow import inputs_of, linked, local_folders
    from pil_discovery.pipeline.reading import read_sources

    place = workspace(folder, "parquet")
    catalog = load_catalog(local_folders(place))
    materials = read_sources(place, catalog, told)
    model = catalog.models["land/late-fee-missed"]
    clock = Clock()
    found = linked(place, catalog, materials, [model])
    inputs = inputs_of(place, catalog, materials, found)
    _, findings = run_model(model, inputs, as_of=place.as_of)
    return clock.stop() | measured(findings)


def scan(folder: Path, suffix: str = "parquet") -> dict:
    from pil_discovery.pipeline.flow import scan as run_scan

    place = workspace(folder, suffix)
    clock = Clock()
    found = run_scan(place, progress=told)
    return clock.stop() | measured(found.findings)


def measured(findings) -> dict:
    return answer((f.measures["payments"], f.measures["fee_cny"]) for f in findings)


def told(what: str, done: int, of: int):
    print(f"{what}: {done} of {of}", file=sys.stderr, flush=True)


def run(side: str, folder: Path) -> dict:
    """Run one side in a process of its own; count its children as well."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, __file__, str(folder), "--side", side]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        memory = Memory(process.pid)
        memory.start()
        told, _ = process.communicate()
        held = memory.stop()
    if process.returncode:
        sys.exit(f"{side} failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(told) | {"process_cpu_s": round(whole, 2)} | held


def compared(folder: Path, rounds: int, sides: tuple[str, ...]) -> dict:
    runs: dict[str, list[dict]] = {side: [] for side in sides}
    for number in range(rounds):
        turn = number % len(sides)
        for side in (*sides[turn:], *sides[:turn]):
            runs[side].append(run(side, folder))
    answers = {(r["rows"], r["fee"]) for side in runs.values() for r in side}
    if len(answers) != 1:
        sys.exit(f"the sides disagree: {answers}")
    found = {side: summary(each) for side, each in runs.items()}
    ((rows, fee),) = answers
    clock, whole = (
        {s: round(f[name][0] / found["hand"][name][0], 2) for s, f in found.items()}
        for name in ("cpu_s", "process_cpu_s")
    )
    return {
        "answer": {"rows": rows, "fee": fee},
        "as_expected": {"rows": rows, "fee": fee} == ANSWER,
        "load": os.getloadavg(),
        "sides": found,
        "clock_ratio_to_hand": clock,
        "process_ratio_to_hand": whole,
        "screening_goal": GOAL,
        "met": clock.get("screen", GOAL) <= GOAL,
    }


def summary(runs: list[dict]) -> dict[str, list[float]]:
    """Return median, least and most of each figure."""
    figures = {}
    for name in FIGURES:
        values = [run[name] for run in runs]
        figures[name] = [round(statistics.median(values), 2), min(values), max(values)]
    return figures


RUN = {
    "hand": hand,
    "screen": screen,
    "scan": scan,
    "hand_gb18030": hand_gb18030,
    "scan_gb18030": lambda folder: scan(folder, "csv"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--payments", type=int, default=5_000_000)
    parser.add_argument("--contracts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sides", default=",".join(SIDES))
    parser.add_argument("--side", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        print(json.dumps(RUN[asked.side](asked.folder)))
        return
    os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
    size = {"payments": asked.payments, "contracts": asked.contracts}
    made = asked.folder / "size.json"
    if not made.exists() or json.loads(made.read_text()) != size:
        # in a process of its own: those started later inherit the peak of this one
        making = multiprocessing.get_context("spawn").Process(
            target=make, args=(asked.folder,), kwargs=size
        )
        making.start()
        making.join()
        if making.exitcode:
            sys.exit("the data could not be made")
        made.write_text(json.dumps(size))
    sides = tuple(dict.fromkeys(("hand", *asked.sides.split(","))))
    found = compared(asked.folder, asked.rounds, sides)
    print(json.dumps({**size, **found}, indent=2))


if __name__ == "__main__":
    main()
