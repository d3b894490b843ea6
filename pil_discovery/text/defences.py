"""What the other side may object to a lead, checked before it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.text.picture_quality import GATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Record = Mapping[str, Any]

OK, FLAG, UNKNOWN = "ok", "flag", "unknown"
SURE = 0.95
"""An overlap below this probability is one that positional error can explain."""

Objection = tuple[str, str, str]
"""Code of the question, verdict, words."""

QUESTIONS = {
    "date": "事实日期与法律生效日期是否相符",
    "edition": "图层是否为当时有效的版本",
    "position": "是否可能只是位置误差",
    "pictures": "影像的季节、云量、配准是否可靠",
    "searched": "批准、处罚、整改等数据是否查过",
    "subject": "主体是否以代码而非同名确认",
    "agency": "负责的行政机关是否确定",
    "exempt": "有无时效、豁免、已处理情形",
    "undecided": "有无因缺值未能判断的情形",
    "record": "本模型以往的属实率",
}
"""Code → the question in print."""


def objections(
    lead: Record, findings: Sequence[Record], run: Record
) -> list[Objection]:
    """Go through the questions that a defence asks of every finding.

    Parameters
    ----------
    lead, findings
        Records as they are written to the files.
    run
        Contents of run.json.

    Returns
    -------
    list
        `(question, verdict, words)`: `ok` the records answer it, `flag` they speak
        against the lead, `unknown` nobody looked or nothing tells. Questions that do
        not arise (pictures where there are none) are left out.
    """
    known = {m["id"]: m for m in run.get("models", ())}
    model: Record = known.get(lead["model"], {})
    return [
        _dated(lead),
        *_editions(findings),
        *_position(findings),
        *_pictures(findings),
        _searched(model, run),
        _subject(lead),
        _agency(lead),
        *_exempt(findings),
        _record(model),
    ]


def _dated(lead: Record) -> Objection:
    if lead["fact_date"] is None:
        return "date", UNKNOWN, "事实日期未知：法律依据按基准日取用，须先查明日期"
    words = f"事实日期 {lead['fact_date']}，所列依据在该日有效"
    return (
        ("date", OK, words) if lead["basis"] else ("date", FLAG, "没有在该日有效的依据")
    )


def _editions(findings: Sequence[Record]) -> Iterator[Objection]:
    layers = [v for f in findings for v in f["layers"]]
    undated = sorted({v["file"] for v in layers if not v["valid_from"]})
    left_out = [w for f in findings for o in f["overlaps"] for w in o["left_out"]]
    if left_out:
        yield (
            "edition",
            FLAG,
            f"有范围在事实发生日不在有效期内，未计入：{_few(left_out)}",
        )
    elif undated:
        yield "edition", UNKNOWN, f"图层没有注明生效日期：{_few(undated)}"
    elif layers:
        yield "edition", OK, "所用图层均注明有效期"


def _position(findings: Sequence[Record]) -> Iterator[Objection]:
    overlaps = [o for f in findings for o in f["overlaps"]]
    chances = [o["p_overlap"] for o in overlaps]
    known = [float(p) for p in chances if p is not None]
    if known and min(known) < SURE:
        yield "position", FLAG, f"重叠关系成立的概率最低 {min(known):.4f}，须实地测量"
    elif len(known) < len(chances):
        yield "position", UNKNOWN, "部分图层没有位置误差，重叠是否由误差造成未评定"
    elif known:
        yield (
            "position",
            OK,
            f"计入位置误差后，重叠关系成立的概率不低于 {min(known):.4f}",
        )


def _pictures(findings: Sequence[Record]) -> Iterator[Objection]:
    told = [f["quality"] for f in findings if f["quality"] is not None]
    weak = [
        f"{GATES.get(name, name)}：{gate['reason']}"
        for quality in told
        for name, gate in quality["gates"].items()
        if gate["verdict"] != OK
    ]
    if weak:
        yield "pictures", FLAG, _few(weak)
    elif told:
        yield "pictures", OK, "时相、配准、季节、云量各项检查均通过"


def _searched(model: Record, run: Record) -> Objection:
    absent = model.get("missing_clears") or ()
    if absent:
        titles = run.get("datasets") or {}
        names = [titles.get(n.split(".")[0], n) for n in absent]
        return "searched", UNKNOWN, f"可能排除本线索的数据没有取得：{_few(names)}"
    return "searched", OK, "模型列明的可排除线索的批准、处罚、整改等数据均已查"


def _subject(lead: Record) -> Objection:
    if lead["subject_code"]:
        return "subject", OK, "主体以代码确认"
    if lead["subject_name"]:
        return "subject", UNKNOWN, "主体只有名称，没有代码，须核对同名"
    return "subject", UNKNOWN, "主体未确定，须查明行为人"


def _agency(lead: Record) -> Objection:
    if lead["agency"]:
        return (
            "agency",
            OK,
            f"按记录或者职权表为{lead['agency']}；是否另有机关负责须核对三定方案",
        )
    return "agency", FLAG, "没有确定负有监督管理职责的行政机关"


def _exempt(findings: Sequence[Record]) -> Iterator[Objection]:
    applied = [e["zh"] for f in findings for e in f["exclusions"]]
    undecided = [w for f in findings for w in f["undecided"]]
    if applied:
        yield "exempt", FLAG, _few(applied)
    if undecided:
        yield "undecided", UNKNOWN, _few(undecided)


def _record(model: Record) -> Objection:
    quality = model.get("quality") or {}
    checked = quality.get("checked")
    if not checked:
        return "record", UNKNOWN, "本模型尚无核查记录"
    words = f"本模型已核查 {checked} 件，属实 {quality.get('confirmed')} 件"
    return "record", FLAG if quality.get("noisy") else OK, words


def _few(words: Sequence[str], most: int = 4) -> str:
    once = list(dict.fromkeys(words))
    more = f" 等 {len(once)} 项" if len(once) > most else ""
    return "；".join(once[:most]) + more
