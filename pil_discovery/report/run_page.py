"""run.html: how a scan went, file by file and model by model, without any script."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pil_discovery.report import wording
from pil_discovery.report.account import alarms, clearings, set_aside
from pil_discovery.report.privacy import mask_sentence
from pil_discovery.text.periods import source_words
from pil_discovery.types import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment

    from pil_discovery.report.workbook import Contents

    Record = Mapping[str, Any]

_STATES_EN = {
    "computed": "computed",
    "not_computable": "not computable",
    "off": "off",
    "stopped": "stopped",
}
_COUNTS = ("population", "hit", "review", "dropped", "unknown", "clear")
_NOT_TOLD: dict[str, Any] = {
    "shortlist": None,
    "conflicts": (),
    "leads": {},
    "name": "",
}
"""What a run need not tell."""
_ORDER = {"computed": 0, "not_computable": 1, "off": 2, "stopped": 3}


def run_page(contents: Contents, scan: str) -> str:
    """Build the run report.

    Parameters
    ----------
    contents
        Plain records as they are written to the files.
    scan
        SHA-256 of run.json, which the report is about.

    Returns
    -------
    str
        HTML without script and outside address; the style is admitted by hash, every
        text escaped. Chinese and English stand in it side by side; a switch that needs
        no script shows one of them.
    """
    style = _part("run.css")
    run = {**_NOT_TOLD, **contents.run}
    return (
        _environment()
        .from_string(_part("run.html.jinja"))
        .render(
            run=run,
            scan=scan,
            style=style,
            style_hash=_hash(style),
            files=_files(run),
            totals=_totals(run),
            states=_states(run),
            aside=set_aside(contents.quarantine),
            classes=(wording.CLASSES, wording.CLASSES_EN),
            models=_models(run, contents.leads),
            alarms=alarms(run.get("models", ())),
            gaps=run.get("gaps") or (),
            off=[m for m in run.get("models", ()) if m["state"] == "off"],
            clearings=clearings(run.get("models", ())),
            datasets=run.get("datasets") or {},
            datasets_en=run.get("datasets_en") or {},
            attention=run.get("attention") or {},
        )
    )


def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    made = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["n"] = _number
    made.filters["percent"] = _percent
    return made


def _number(value: object) -> str:
    return "—" if value is None else f"{value:,}"


def _percent(share: object) -> str:
    return "—" if share is None else f"{100 * Decimal(str(share)):.1f}%"


def _files(run: Record) -> list[dict[str, Any]]:
    """Lay out the sources, those with rows set aside first."""
    reading = {r["file"]: r for r in run.get("reading") or ()}
    told = [
        {
            **source,
            "origin": _origin(source),
            "inferences": reading.get(source["file"], {}).get("inferences") or (),
            "skipped": len(reading.get(source["file"], {}).get("rows_skipped") or ()),
        }
        for source in run.get("sources", ())
    ]
    return sorted(told, key=lambda s: (-s["rows_quarantined"], s["file"]))


def _origin(source: Record) -> str:
    words = source_words(Source.model_validate(source))
    return "，".join(f"{k}{v}" for k, v in words.items() if k != "SHA-256")


def _totals(run: Record) -> dict[str, int]:
    names = ("rows_read", "rows_used", "rows_quarantined")
    return {n: sum(s[n] for s in run.get("sources", ())) for n in names}


def _states(run: Record) -> dict[str, int]:
    every = [m["state"] for m in run.get("models", ())]
    return {state: every.count(state) for state in _ORDER}


def _models(run: Record, leads: Sequence[Record]) -> list[dict[str, Any]]:
    """Lay out the models: what each saw, what checks say, what may prove true."""
    hopes: dict[str, list[Decimal]] = defaultdict(list)
    for lead in leads:
        if lead["kind"] == "single" and lead["listed"]:
            hopes[lead["model"]].append(Decimal(str(lead["parts"]["certainty"])))
    told = [
        {
            **model,
            "title_zh": model.get("title_zh") or model["id"],
            "title_en": model.get("title_en") or model["id"],
            "state_words": (wording.STATES[model["state"]], _STATES_EN[model["state"]]),
            "counted": [model["counts"].get(c) for c in _COUNTS]
            if model["state"] == "computed"
            else [None] * len(_COUNTS),
            "quality": model.get("quality") or {},
            "known": model.get("precision"),
            "leads": len(hopes[model["id"]]),
            "hoped": f"{sum(hopes[model['id']], Decimal(0)):.1f}",
            "rows": sum(s["rows_out"] for s in model.get("steps") or ()),
            "said": [mask_sentence(note) for note in model.get("notes") or ()],
        }
        for model in run.get("models", ())
    ]
    return sorted(told, key=lambda m: (_ORDER[m["state"]], m["code"]))


def _part(name: str) -> str:
    return files("pil_discovery.report").joinpath("page", name).read_text("utf-8")


def _hash(style: str) -> str:
    digest = hashlib.sha256(style.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
