"""Nouns as lines of JSON, and back."""

from __future__ import annotations

import datetime as dt
import json
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import PilError, Problem
from pil_discovery.report.privacy import mask_sentence, mask_sentences
from pil_discovery.text.canonical import dump_json
from pil_discovery.text.resident_numbers import mask_persons
from pil_discovery.types import QUARANTINE_COLUMNS, Finding, Lead

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd

DEGREE = Decimal("0.0000001")

FINDING_FIELDS = (
    "finding_id",
    "model",
    "code",
    "model_version",
    "domain",
    "state",
    "key",
    "subject_name",
    "subject_code",
    "fact_date",
    "measures",
    "sentence_zh",
    "sentence_en",
    "basis",
    "agency",
    "records",
    "geometry",
    "exclusions",
)
LEAD_FIELDS = (
    "lead_id",
    "rank",
    "score",
    "parts",
    "domain",
    "title_zh",
    "subject_name",
    "subject_code",
    "agency",
    "route",
    "findings",
    "measures",
    "reasons",
    "missing",
    "geometry",
)
"""The contract with other programs: these fields first, in this order."""

RECORD_FIELDS = ("source", "sheet", "row", "dataset")


def finding_record(finding: Finding) -> dict[str, Any]:
    """Write a finding as a plain record, documented fields first."""
    record = _ordered(mask_sentences(finding.model_dump()), FINDING_FIELDS)
    record["records"] = [_ordered(r, RECORD_FIELDS) for r in record["records"]]
    return _written(record)


def lead_record(lead: Lead) -> dict[str, Any]:
    """Write a lead as a plain record, documented fields first."""
    record = _ordered(mask_sentences(lead.model_dump()), LEAD_FIELDS)
    return _written(record)


def link_record(pair: Mapping[str, Any]) -> dict[str, Any]:
    """Write a pair of names as a plain record."""
    return _plain(mask_sentences(dict(pair)))  # type: ignore[no-any-return]


def quarantine_records(quarantine: pd.DataFrame) -> list[dict[str, Any]]:
    """Write quarantined rows and cells as plain records, in the order given.

    Parameters
    ----------
    quarantine
        Columns `QUARANTINE_COLUMNS`; what is missing becomes null.
    """
    frame = quarantine.reindex(columns=list(QUARANTINE_COLUMNS)).astype(object)
    frame = frame.where(frame.notna(), None)
    return [_quarantined(row) for row in frame.to_dict("records")]


def write_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object a line, UTF-8, LF."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{dump_json(record)}\n" for record in records)


def read_findings(path: Path) -> list[Finding]:
    """Read findings.jsonl back."""
    return [Finding.model_validate(_degrees(r)) for r in _read_lines(path)]


def read_leads(path: Path) -> list[Lead]:
    """Read leads.jsonl back, in rank order."""
    return [Lead.model_validate(_degrees(r)) for r in _read_lines(path)]


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; numbers with a point become Decimal.

    Raises
    ------
    PilError
        If the file is missing or not a JSON object.
    """
    try:
        read = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as error:
        what = f"无法读取筛查结果（{error}）"
        raise PilError(Problem(str(path), "", what, "请重新运行 pil scan")) from error
    if not isinstance(read, dict):
        raise PilError(Problem(str(path), "", "应为一个 JSON 对象"))
    return read


def _read_lines(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text("utf-8").split("\n")
        return [json.loads(line, parse_float=Decimal) for line in lines if line]
    except (OSError, ValueError) as error:
        what = f"无法读取筛查结果（{error}）"
        raise PilError(Problem(str(path), "", what, "请重新运行 pil scan")) from error


def _degrees(record: dict[str, Any]) -> dict[str, Any]:
    # geometry libraries want floats; 7 decimals are written again alike
    placed = {**record, "geometry": _floats(record.get("geometry"))}
    if "overlaps" in record:
        placed["overlaps"] = [_degrees(overlap) for overlap in record["overlaps"]]
    return placed


def _floats(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {k: _floats(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_floats(v) for v in value]
    return float(value) if isinstance(value, Decimal) else value


def _ordered(record: Mapping[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    return {**{name: record[name] for name in first}, **record}


def _written(record: dict[str, Any]) -> dict[str, Any]:
    placed = {"geometry": _on_grid(record["geometry"])}
    if "overlaps" in record:
        placed["overlaps"] = [_written(overlap) for overlap in record["overlaps"]]
    return {**{k: _plain(v) for k, v in record.items()}, **placed}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Turn dates into ISO text, tuples into lists, floats into exact decimals."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return Decimal(repr(value)) if isinstance(value, float) else value


def _on_grid(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Write every coordinate with 7 decimals."""
    if isinstance(value, dict):
        return {k: _on_grid(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_on_grid(v) for v in value]
    if isinstance(value, (float, int, Decimal)) and not isinstance(value, bool):
        return Decimal(str(value)).quantize(DEGREE, ROUND_HALF_EVEN)
    return value


def _quarantined(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        **{name: None if row[name] is None else str(row[name]) for name in row},
        "row": None if row["row"] is None else int(row["row"]),
        "value": None if row["value"] is None else mask_persons(str(row["value"])),
        "reason": mask_sentence(str(row["reason"] or "")),
        "remedy": mask_sentence(str(row["remedy"] or "")),
    }
