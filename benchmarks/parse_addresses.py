"""Addresses taken apart, against cpca and cnloc, on generated and hand-checked ones.

    python benchmarks/parse_addresses.py                            # ours alone
    python benchmarks/parse_addresses.py --peers /path/to/peers/bin/python
    python benchmarks/parse_addresses.py --addresses 20000 --rounds 1

Three sets, from a seed. `register`: towns of one prefecture with roads, numbers and
buildings, as a city's registers hold them, in six forms of writing (whole, without
province, without county, short names, level repeated, full width). `nation`: the same
over all towns of the country, nearly every address with a town of its own: the worst
case for whatever a parser remembers. `known`: the hand-checked set of the tests, with
the changes of divisions. Each side runs in a process of its own, the order turned from
round to round; CPU seconds are without imports and without a first call on ten rows.
`--peers` names an interpreter that has `cpca` and `cnloc`; a side that is missing there
is left out. For each level: right, and wrong (an answer that is another one), of all
rows with an answer; names are compared as texts. The peers know no successors, so their
`known` figures are also given for the rows whose county still exists.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rounds import cpu_s, ratio_lines, ratios, spread

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "models" / "divisions"
SIDES = ("pil", "cpca", "cnloc")
LEVELS = ("province", "city", "district")
LEAST_PER_S = 20_000
MOST_WRONG = 0.01
LEAST_RIGHT = {"city": 0.98, "district": 0.95}


def main() -> None:
    """Write the sets, run the sides in turns, print JSON and a table."""
    options = _options()
    if options.side:
        _run_side(options.side, Path(options.dir))
        return
    with tempfile.TemporaryDirectory(dir=options.dir) as place:
        folder = Path(place)
        sets = _sets(options.addresses)
        for name, rows in sets.items():
            texts = json.dumps([row[0] for row in rows], ensure_ascii=False)
            (folder / f"{name}.json").write_text(texts, encoding="utf-8")
        runs = _measure(folder, options)
        found = {
            "rows": {name: len(rows) for name, rows in sets.items()},
            "runs": runs,
            "quality": {s: _quality(folder, s, sets) for s in runs},
            "ratios": ratios(runs, {"cnloc": ("pil", "cpu_s", 1.0)}),
        }
    print(json.dumps(found, ensure_ascii=False, indent=1))
    print(_table(found), file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--addresses", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", help="interpreter with cpca and cnloc")
    parser.add_argument("--dir", help="where the sets are written")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    return parser.parse_args()


# ---- the sets ----


def _sets(count: int) -> dict[str, list[tuple]]:
    """Return rows (text, province, city, district); None: no such level."""
    sys.path.insert(0, str(ROOT))
    from tests.text.known_addresses import known_addresses

    names = {
        row["code"]: row["name"]
        for row in _rows("divisions.csv")
        if not row["last_year"]
    }
    towns = [row for row in _rows("towns.csv") if row["code"][:6] in names]
    city = [row for row in towns if row["code"].startswith("3303")]
    known = [k[:4] for k in known_addresses() if k.code]
    return {
        "register": _generated(city, names, count),
        "nation": _generated(towns, names, count),
        "known": known,
    }


def _rows(file: str) -> list[dict[str, str]]:
    with (TABLES / file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _generated(towns: list[dict], names: dict[str, str], count: int) -> list[tuple]:
    rng = random.Random(20260930)  # noqa: S311 - not for secrets
    found = []
    for _ in range(count):
        town = rng.choice(towns)
        code = town["code"]
        province, county = names[f"{code[:2]}0000"], names[code[:6]]
        city = names.get(f"{code[:4]}00", "")
        head = _written(rng, (province, city, county))
        street = rng.choice(["人民路", "解放东路", "建设大道", "府前街", "后洋村"])
        tail = f"{street}{rng.randrange(1, 900)}号{rng.randrange(1, 30)}幢"
        direct = city or (province if code[:2] in {"11", "12", "31", "50"} else None)
        text = f"{head}{town['name']}{tail}"
        if rng.random() < 0.1:
            text = "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in text)
        found.append((text, province, direct, county))
    return found


def _written(rng: random.Random, levels: tuple[str, str, str]) -> str:
    province, city, county = levels
    short = province[:3] if province.startswith(("内蒙", "黑龙")) else province[:2]
    return rng.choice(
        [
            f"{province}{city}{county}",
            f"{province}{city}{county}",
            f"{city or province}{county}",
            f"{short}{city}{county}",
            f"{province}{city}{city}{county}",
            f"{province}{city}",
        ]
    )


# ---- the sides ----


def _measure(folder: Path, options: argparse.Namespace) -> dict[str, list[dict]]:
    runs: dict[str, list[dict]] = {}
    sides = SIDES if options.peers else SIDES[:1]
    for turn in range(options.rounds):
        for side in (*sides[turn % len(sides) :], *sides[: turn % len(sides)]):
            python = sys.executable if side == "pil" else options.peers
            command = [python, __file__, "--side", side, "--dir", str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{side}: {done.stderr.strip()[-300:]}", file=sys.stderr)
                continue
            runs.setdefault(side, []).append(json.loads(done.stdout.splitlines()[-1]))
    return runs


def _run_side(side: str, folder: Path) -> None:
    parse = {"pil": _pil, "cpca": _cpca, "cnloc": _cnloc}[side]()
    figures = {}
    for name in ("register", "nation", "known"):
        texts = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        parse(texts[:10])
        start, wall = cpu_s(), time.perf_counter()
        rows = parse(texts)
        figures[f"{name}_cpu_s"] = round(cpu_s() - start, 3)
        figures[f"{name}_wall_s"] = round(time.perf_counter() - wall, 3)
        figures[f"{name}_per_s"] = round(len(texts) / (cpu_s() - start))
        answers = json.dumps(rows, ensure_ascii=False)
        (folder / f"{name}.{side}.json").write_text(answers, encoding="utf-8")
    print(json.dumps(figures | {"cpu_s": figures["register_cpu_s"]}))


def _pil():
    sys.path.insert(0, str(ROOT))
    import pil_discovery

    return lambda texts: _texts(pil_discovery.parse_address(texts)[[*LEVELS]])


def _cpca():
    import cpca

    return lambda texts: _texts(cpca.transform(texts)[["省", "市", "区"]])


def _cnloc():
    import cnloc

    columns = ["province_name", "city_name", "county_name"]
    return lambda texts: _texts(cnloc.getlocation(texts, max_workers=1)[columns])


def _texts(frame) -> list[list[str | None]]:
    plain = frame.astype(object)
    return plain.where(plain.notna() & (plain != ""), None).to_numpy().tolist()


# ---- the comparison ----


def _quality(folder: Path, side: str, sets: dict[str, list[tuple]]) -> dict:
    found = {}
    for name, rows in sets.items():
        file = folder / f"{name}.{side}.json"
        answers = json.loads(file.read_text(encoding="utf-8"))
        found[name] = _rates(rows, answers)
        if name == "known":
            kept = [i for i, row in enumerate(rows) if row[3] and row[3] in row[0]]
            still = [rows[i] for i in kept], [answers[i] for i in kept]
            found["known, county still exists"] = _rates(*still)
    return found


def _rates(rows: list[tuple], answers: list[list]) -> dict[str, dict[str, float]]:
    found = {}
    for level, name in enumerate(LEVELS):
        pairs = [
            (row[level + 1], answer[level])
            for row, answer in zip(rows, answers, strict=True)
            if row[level + 1]
        ]
        right = sum(_same(gold, told) for gold, told in pairs)
        wrong = sum(bool(told) and not _same(gold, told) for gold, told in pairs)
        share = {"right": right / len(pairs), "wrong": wrong / len(pairs)}
        found[name] = {k: round(v, 4) for k, v in share.items()}
    return found


def _same(gold: str, told: str | None) -> bool:
    """Compare as texts; peers call the city of a municipality 市辖区."""
    municipal = gold in {"北京市", "天津市", "上海市", "重庆市"}
    return told == gold or (municipal and told in {"市辖区", "县"})


def _table(found: dict) -> str:
    lines = []
    for side, runs in found["runs"].items():
        lines += [
            f"{side} {name}: {spread(runs, f'{name}_per_s')} per CPU s"
            for name in ("register", "nation")
        ]
        for name, rates in found["quality"][side].items():
            levels = ", ".join(
                f"{k} {v['right']:.3f} / {v['wrong']:.3f}" for k, v in rates.items()
            )
            lines.append(f"{side} {name} (right / wrong): {levels}")
    return "\n".join([*lines, *_goals(found), *ratio_lines(found["ratios"])])


def _goals(found: dict) -> list[str]:
    rates = found["quality"]["pil"]
    slowest = min(run["nation_per_s"] for run in found["runs"]["pil"])
    met = {f"at least {LEAST_PER_S} per second": slowest >= LEAST_PER_S}
    for name in ("register", "nation", "known"):
        for level, least in LEAST_RIGHT.items():
            share = rates[name][level]
            words = f"{name} {level}: right ≥ {least}, wrong ≤ {MOST_WRONG}"
            met[words] = share["right"] >= least and share["wrong"] <= MOST_WRONG
    return [f"{what}: {'met' if good else 'missed'}" for what, good in met.items()]


if __name__ == "__main__":
    main()
