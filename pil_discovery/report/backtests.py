"""The report of a backtest: one page, its picture, and the numbers as JSON."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pil_discovery.maps.scores import Period, draw_scores
from pil_discovery.report.folder import appearing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    Row = Mapping[str, Any]

PAGE, PICTURE, NUMBERS = "回测.html", "回测.png", "backtest.json"
CARD = "模型卡.md"
MOST_GROUPS = 40
"""Groups of a column that the page shows; the JSON has all."""
RUNGS = {"points": "积分卡", "ridge": "岭回归", "additive": "可加单调提升"}
LEAKS = "疑似泄漏"


@dataclass(frozen=True)
class Section:
    """One table of the page."""

    title: str
    note: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def write_backtest(out: Path, told: Row, name: str, *, card: str) -> Path:
    """Write page, picture, numbers and card into a folder that appears whole or not.

    Parameters
    ----------
    out
        Folder; an earlier backtest there is replaced whole.
    told
        `Backtest.as_dict()`.
    name
        Of the register.
    card
        The model card, Markdown.

    Raises
    ------
    PilError
        If `out` holds something else.
    """
    picture = draw_scores(_periods(told), _groups(told), f"评分回测：{name}")
    with appearing(out, NUMBERS) as folder:
        text = json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
        (folder / NUMBERS).write_text(text + "\n", encoding="utf-8")
        (folder / PICTURE).write_bytes(picture)
        (folder / CARD).write_text(card, encoding="utf-8")
        page = backtest_page(told, name, picture)
        (folder / PAGE).write_text(page, encoding="utf-8")
    return out


def backtest_page(told: Row, name: str, picture: bytes) -> str:
    """Build the page; it holds no script and no outside address."""
    from jinja2 import Environment

    style = _part("backtest.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    template = Environment(autoescape=True).from_string(_part("backtest.html.jinja"))
    return template.render(
        name=name,
        style=style,
        style_hash=f"sha256-{digest}",
        warnings=list(warnings(told)),
        summary=summary(told),
        picture=base64.b64encode(picture).decode(),
        tables=[
            folds_section(told),
            baselines_section(told),
            drift_section(told),
            *audit_sections(told),
        ],
    )


def summary(told: Row) -> str:
    """Return the result in three sentences."""
    folds, honest = told["folds"], told["calibration"]
    aucs = [f["auc"] for f in folds if f["auc"] is not None]
    mean = sum(aucs) / len(aucs) if aucs else math.nan
    listed = sum(f["listed"] for f in folds)
    expected = sum(f["expected"] for f in folds)
    found = sum(f["found"] for f in folds)
    rate = sum(f["confirmed"] for f in folds) / sum(f["checks"] for f in folds)
    worst, floor = min(aucs, default=mean), honest["ece_floor"]
    return (
        f"{len(folds)} 个时段的 AUC 平均 {mean:.3f}，最低 {worst:.3f}。"
        f"列出的 {listed} 件预期属实 {expected:.0f} 件，实际 {found:.0f} 件"
        f"（{found / listed:.1%}，全体 {rate:.1%}）。"
        f"概率误差 ECE {honest['ece']:.3f}，完全校准时也会有 {floor:.3f}。"
    )


def warnings(told: Row) -> Iterator[str]:
    """Say what must be known before any number is used."""
    for leak in told["leaks"]:
        yield f"{LEAKS}：{leak['zh']}。在查明之前，以下数字都不可信。"
    for row in told["drift"]:
        if row["alarm"]:
            yield f"漂移警报（{row['period']}）：{row['zh']}。"
    wide = [f["period"] for f in told["folds"] if f["window_30"] > 30]
    if wide:
        yield f"数据有中断，近期比率改看更长的时间：{'、'.join(wide)}。"


def folds_section(told: Row) -> Section:
    """Lay out the judged periods."""
    heading = ("时段", "核查", "属实", "模型", "AUC（95% 区间）", "整期一张名单")
    more = ("列出", "预期", "实际", "查实率", "查到", "提前天数", "ECE（下限）")
    rows = tuple(
        (
            f["period"],
            str(f["checks"]),
            str(f["confirmed"]),
            RUNGS[f["rung"]],
            f"{_number(f['auc'])} [{_number(f['auc_low'])}, {_number(f['auc_high'])}]",
            _number(f["auc_frozen"]),
            str(f["listed"]),
            f"{f['expected']:.0f}",
            f"{f['found']:.0f}",
            _percent(f["precision"]),
            _percent(f["recall"]),
            _number(f["days_earlier"], 1),
            f"{f['ece']:.3f}（{f['ece_floor']:.3f}）",
        )
        for f in told["folds"]
    )
    note = (
        "查到：属实的有多少在名单里。提前天数：按分数重排检查日期，属实的平均提前几天。"
    )
    return Section("各时段", note, (*heading, *more), rows)


def baselines_section(told: Row) -> Section:
    """Lay out what the score is compared with."""
    rows = tuple(
        (
            b["zh"],
            _number(b["auc"]),
            _gain(b, "auc", _number),
            _percent(b["precision"]),
            _gain(b, "precision", _percent),
        )
        for b in told["baselines"]
    )
    heading = ("对照", "AUC", "评分高出（95% 区间）", "查实率", "评分高出（95% 区间）")
    return Section("与对照相比", "区间不含零，才能说高低。", heading, rows)


def drift_section(told: Row) -> Section:
    """Lay out whether the world moved away."""
    rows = tuple(
        (
            d["period"],
            _percent(d["base_rate"]),
            _percent(d["mean_score"]),
            _number(d["psi"], 2),
            f"{d['feature_zh']} {_number(d['psi_feature'], 2)}",
            "警报" if d["alarm"] else "",
        )
        for d in told["drift"]
    )
    heading = ("时段", "实际属实率", "预期属实率", "得分 PSI", "变化最大的特征", "")
    return Section("漂移", "", heading, rows)


def audit_sections(told: Row, most: int = MOST_GROUPS) -> Iterator[Section]:
    """Lay out whom the lists look at, one table for each column."""
    columns = dict.fromkeys(row["column"] for row in told["audit"])
    heading = (
        "组",
        "核查",
        "属实率",
        "列出的比例",
        "查实率（95% 区间）",
        "漏掉（95% 区间）",
        "",
    )
    for column in columns:
        groups = [row for row in told["audit"] if row["column"] == column]
        rows = tuple(
            (
                g["value"],
                str(g["n"]),
                _percent(g["rate"]),
                _percent(g["listed_share"]),
                _share(g, "precision"),
                _share(g, "missed"),
                g["verdict"] if g["confirmed"] < 30 else "",
            )
            for g in groups[:most]
        )
        note = "属实不足 30 件的组证据不足，不要据此比较。"
        if len(groups) > most:
            note += f"共 {len(groups)} 组，此处列最大的 {most} 组。"
        yield Section(f"名单看向谁：{column}", note, heading, rows)


def _gain(row: Row, what: str, words: Any) -> str:  # noqa: ANN401 -- a formatter
    parts = [words(row[f"{what}_gain{end}"]) for end in ("", "_low", "_high")]
    return f"{parts[0]} [{parts[1]}, {parts[2]}]"


def _share(row: Row, what: str) -> str:
    low, high = _percent(row[f"{what}_low"]), _percent(row[f"{what}_high"])
    return f"{_percent(row[what])} [{low}, {high}]"


def _number(value: float | None, digits: int = 3) -> str:
    return "—" if value is None else f"{value:.{digits}f}".replace("-", "−")


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}".replace("-", "−")


def _periods(told: Row) -> list[Period]:
    alarms = {row["period"]: row["alarm"] for row in told["drift"]}
    return [
        Period(
            name=f["period"],
            auc=_finite(f["auc"]),
            auc_low=_finite(f["auc_low"]),
            auc_high=_finite(f["auc_high"]),
            rate=f["base_rate"],
            expected=f["mean_score"],
            alarm=alarms[f["period"]],
        )
        for f in told["folds"]
    ]


def _finite(value: float | None) -> float:
    return math.nan if value is None else value


def _groups(told: Row) -> Sequence[tuple[float, float]]:
    return [
        (group["mean_score"], group["observed"])
        for group in told["reliability"]
        if group["checks"]
    ]


def _part(name: str) -> str:
    return (files("pil_discovery.report") / "page" / name).read_text(encoding="utf-8")
