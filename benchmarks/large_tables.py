"""CPU, wall time and memory of reading a large CSV and a large workbook.

    python benchmarks/large_tables.py FOLDER [--rows 5000000] [--sheet-rows 1000000]
                                             [--rounds 1]

Writes into FOLDER, with a fixed seed, a GBK CSV of contracts (8 columns, about 95 bytes
a row) and an XLSX with the same columns, unless they are there from an earlier run.
Each reader then runs in a process of its own: `records.read_table`, which does the work
of `read_records` (hash, decoding, types, key, duplicates, quarantine), beside the plain
read of the same file by the library that most programs would use
(`pandas.read_csv(dtype=str)`, calamine's `to_python`), and a reader that only imports
its libraries, as the floor of the memory.

Prints JSON: per reader the best CPU and wall seconds of all rounds (without imports),
the largest peak of resident memory, and the ratios of ours to the plain library.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

HEADERS = (
    "合同编号",
    "受让人",
    "统一社会信用代码",
    "签订日期",
    "成交价",
    "出让面积",
    "土地用途",
    "备注",
)
USES = ("0701 城镇住宅用地", "1001 工业用地", "0901 商业用地", "0801 机关团体用地")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
READERS = {
    "csv": ("import", "pandas", "ours_csv"),
    "xlsx": ("import", "calamine", "ours_xlsx"),
}


def credit_code(number: int) -> str:
    """Return a unified social credit code with a right check digit, division 99."""
    body = f"91990100MA{number:07d}"
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + ALPHABET[-total % 31]


def records(rows: int, seed: int = 1):
    """Yield rows of texts: two columns nearly all different, five that repeat."""
    draw = random.Random(seed)  # noqa: S311 - a seeded sample, no secret
    firms = [(f"示例区第{n}实业发展有限公司", credit_code(n)) for n in range(50_000)]
    for number in range(rows):
        firm, code = draw.choice(firms)
        year, day = draw.randrange(2005, 2026), draw.randrange(1, 29)
        yield (
            f"9901{number % 97:02d}-{year}-{number:08d}",
            firm,
            code,
            f"{year}-{draw.randrange(1, 13):02d}-{day:02d}",
            f"{draw.randrange(10**9) / 100:.2f}",
            f"{draw.randrange(10**7) / 100:.2f}",
            draw.choice(USES),
            f"第{draw.randrange(1000)}批次",
        )


def write_csv(path: Path, rows: int):
    with path.open("w", encoding="gbk", newline="") as out:
        out.write(",".join(HEADERS) + "\r\n")
        out.writelines(",".join(row) + "\r\n" for row in records(rows))


def write_xlsx(path: Path, rows: int):
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("合同")
        sheet.write_row(0, 0, HEADERS)
        for number, row in enumerate(records(rows), start=1):
            amounts = map(float, row[4:6])
            sheet.write_row(number, 0, (*row[:4], *amounts, *row[6:]))


def run(reader: str, path: str):
    """Read the file in this process and print what it took."""
    import pandas as pd
    import python_calamine

    from pil_discovery.catalog import load_catalog
    from pil_discovery.records import read_table

    datasets = load_catalog().datasets
    readers = {
        "import": lambda: (),
        "pandas": lambda: pd.read_csv(path, dtype=str, encoding="gbk"),
        "calamine": lambda: (
            python_calamine.CalamineWorkbook.from_path(path)
            .get_sheet_by_index(0)
            .to_python()
        ),
        "ours_csv": lambda: read_table(path, datasets),
        "ours_xlsx": lambda: read_table(path, datasets),
    }
    cpu, wall = time.process_time(), time.perf_counter()
    table = readers[reader]()
    figures = {
        "rows": len(table),
        "cpu_s": round(time.process_time() - cpu, 2),
        "wall_s": round(time.perf_counter() - wall, 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if reader.startswith("ours"):
        figures["quarantined"] = len(table.quarantine)
    print(json.dumps(figures))


def measured(reader: str, path: Path, rounds: int) -> dict[str, float]:
    """Return the best times and the highest memory of several fresh processes."""
    command = [sys.executable, __file__, "--reader", reader, str(path)]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        for _ in range(rounds)
    ]
    best = runs[0]
    for name in ("cpu_s", "wall_s"):
        best[name] = min(r[name] for r in runs)
    best["peak_mib"] = max(r["peak_mib"] for r in runs)
    return best


def compare(folder: Path, rows: dict[str, int], rounds: int):
    result = {}
    for kind, write in (("csv", write_csv), ("xlsx", write_xlsx)):
        path = folder / f"contracts_{rows[kind]}.{kind}"
        if not path.exists():
            write(path, rows[kind])
        floor, plain, ours = READERS[kind]
        figures = {r: measured(r, path, rounds) for r in (floor, plain, ours)}
        result[kind] = {
            "bytes": path.stat().st_size,
            **figures,
            "cpu_ratio": round(figures[ours]["cpu_s"] / figures[plain]["cpu_s"], 2),
            "memory_ratio": round(
                figures[ours]["peak_mib"] / figures[plain]["peak_mib"], 2
            ),
        }
    print(json.dumps(result, indent=2))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--sheet-rows", type=int, help="default: a fifth of --rows")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--reader", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.reader:
        run(told.reader, str(told.folder))
        return
    told.folder.mkdir(parents=True, exist_ok=True)
    root = Path(__file__).resolve().parents[1]
    os.environ["PYTHONPATH"] = str(root)
    sheet_rows = min(told.sheet_rows or told.rows // 5, 1_048_575)
    compare(told.folder, {"csv": told.rows, "xlsx": sheet_rows}, told.rounds)


if __name__ == "__main__":
    main()
