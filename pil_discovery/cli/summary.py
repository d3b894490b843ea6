"""What a scan says at its end: what came in, what not, what more data would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.cli.language import say
from pil_discovery.report import wording
from pil_discovery.report.account import gap_words, set_aside, stops
from pil_discovery.text.layout import cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.report.account import Aside

    Record = Mapping[str, Any]

MOST = 3
"""Files, reasons and models that are named; run.html has all."""
MOST_GAPS = 5
_WIDEST = 60


def summary_lines(
    run: Record, quarantine: Sequence[Record], seconds: Mapping[str, float]
) -> list[str]:
    """Sum a scan up in a dozen lines.

    Parameters
    ----------
    run
        Contents of run.json.
    quarantine
        Records as they are written to quarantine.jsonl.
    seconds
        Model id → seconds it took.
    """
    return [
        *_sources(run["sources"], quarantine),
        *_reasons(set_aside(quarantine)),
        *_models(run["models"], seconds),
        *_gaps(run["gaps"]),
        *_hope(run["leads"]),
    ]


def _sources(sources: Sequence[Record], quarantine: Sequence[Record]) -> list[str]:
    read, used, aside = (
        sum(s[f"rows_{name}"] for s in sources)
        for name in ("read", "used", "quarantined")
    )
    cells = sum(q["scope"] == "cell" for q in quarantine)
    return [
        say(
            f"来了 {len(sources)} 份来源：读入 {read:,} 行，使用 {used:,} 行，"
            f"隔离 {aside:,} 行；另有 {cells:,} 个值有疑问，单列。",
            f"{len(sources)} sources: {read:,} rows read, {used:,} used, "
            f"{aside:,} set aside; {cells:,} single values in doubt.",
        )
    ]


def _reasons(found: Sequence[Aside]) -> list[str]:
    lines = [_reason(a) for a in found[:MOST]]
    if len(found) > MOST:
        more = len(found) - MOST
        lines.append(
            say(f"  其余 {more} 类原因见 run.html", f"  {more} more: run.html")
        )
    return lines


def _reason(aside: Aside) -> str:
    name = aside.reason_class
    zh, en = wording.CLASSES.get(name, name), wording.CLASSES_EN.get(name, name)
    first = aside.examples[0]
    sheet = f"［{first['sheet']}］" if first["sheet"] else ""
    row = (
        "" if first["row"] is None else say(f"第 {first['row']} 行", f" {first['row']}")
    )
    value = "" if first["value"] is None else f"“{cut(first['value'], _WIDEST)}”"
    place = f"{first['source']}{sheet}{row}{value}：{first['reason']}"
    count = aside.rows + aside.cells
    return say(f"  {zh} {count} 处，例如 {place}", f"  {en}: {count}, e.g. {place}")


def _models(models: Sequence[Record], seconds: Mapping[str, float]) -> list[str]:
    states = [m["state"] for m in models]
    done, lacking, off = (
        states.count(s) for s in ("computed", "not_computable", "off")
    )
    lines = [
        say(
            f"模型 {len(models)} 个：已计算 {done}，无法计算 {lacking}，未启用 {off}。",
            f"{len(models)} models: {done} computed, {lacking} not computable, "
            f"{off} off.",
        )
    ]
    lines += [say(f"  {words}", f"  {words}") for words in stops(models)]
    loud = [m for m in models if m["quality"]["alarms"]]
    loud.sort(key=lambda m: (-float(m["quality"]["share"] or 0), m["code"]))
    if loud:
        named = "、".join(
            f"{m['code']} {100 * float(m['quality']['share'] or 0):.1f}%"
            for m in loud[:MOST]
        )
        lines.append(
            say(
                f"  要先核对 {len(loud)} 个（标出比例高或者全部不能判定）：{named}"
                f"{' 等' if len(loud) > MOST else ''}",
                f"  to look at first, {len(loud)}: {named}",
            )
        )
    codes = {m["id"]: m["code"] for m in models}
    slow = sorted(seconds.items(), key=lambda s: -s[1])[:MOST]
    named = "、".join(f"{codes[i]} {s:.1f}" for i, s in slow if i in codes and s)
    if named:
        lines.append(say(f"  用时最多（秒）：{named}", f"  slowest (s): {named}"))
    return lines


def _gaps(gaps: Sequence[Record]) -> list[str]:
    lines = [say(f"  {gap_words(g)}", f"  {_gap_en(g)}") for g in gaps[:MOST_GAPS]]
    if len(gaps) > MOST_GAPS:
        more = len(gaps) - MOST_GAPS
        lines.append(say(f"  其余 {more} 组见 run.html", f"  {more} more: run.html"))
    head = say("补上这些就能再算：", "More data would give more:")
    return [head, *lines] if lines else []


def _gap_en(gap: Record) -> str:
    needs = [
        n["title_en"] + (f" ({', '.join(n['columns'])})" if n["columns"] else "")
        for n in gap["needs"]
    ]
    return f"{' + '.join(needs)}: {', '.join(gap['models'])}"


def _hope(leads: Record) -> list[str]:
    hope = leads["expected"]
    return [
        say(
            f"列出 {hope['leads']} 件线索，预计属实 {hope['true']} 件"
            f"（九成区间 {hope['low']}～{hope['high']}），均待核查。",
            f"{hope['leads']} leads listed; expect {hope['true']} true "
            f"(90 %: {hope['low']} to {hope['high']}). All are to be verified.",
        )
    ]
