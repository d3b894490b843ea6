"""The answer of a check as plain lines: files, questions, problems."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from pil_discovery.errors import Problem
from pil_discovery.pipeline.folder import readable_name
from pil_discovery.pipeline.kinds import advice, kind_of
from pil_discovery.pipeline.proposals import NO_JURISDICTION, NO_OFFICE
from pil_discovery.pipeline.scenes import draft_pictures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.pipeline.archives import Unpacked
    from pil_discovery.pipeline.folder import Listing
    from pil_discovery.pipeline.surveys import Survey
    from pil_discovery.types import (
        Dataset,
        Inference,
        ReadReport,
        Source,
        Suggestion,
        Workspace,
    )


_COLUMN = re.compile(r"列 ([a-z][a-z0-9_]*)")


def file_lines(
    listing: Listing,
    surveys: Sequence[Survey],
    sources: Sequence[Mapping[str, Any]],
    datasets: Mapping[str, Dataset],
    *,
    unpacked: Sequence[Unpacked] = (),
) -> list[dict[str, Any]]:
    """Return one entry for every file of the folder, in order of path.

    Returns
    -------
    list of dict
        `file`, `state` (`used`; `asked`: `pil.yaml` has to say more; `unlisted`:
        recognised, but not named by `pil.yaml`; `unreadable`; `picture`; `part`: of
        another file; `archive`: unpacked; `foreign`: no data file), `dataset`,
        `title_zh`, rows, `encoding`, `crs`, `note`, `reasons` (why it was recognised
        as what it is), `issuer`, `obtained`, `period` (first and last day), `archive`.
    """
    reasons = {s.file: s.reasons for s in surveys}
    lines = [
        {**_used(source, datasets), "reasons": reasons.get(str(source["file"]), ())}
        for source in sources
    ]
    used = {line["file"] for line in lines}
    lines += [_surveyed(s) for s in surveys if s.file not in used]
    parts = _parts(listing, sources)
    whole = {u.archive.file: u.folder for u in unpacked}
    known = {line["file"] for line in lines}
    names = [readable_name(listing.name(p)) for p in (*listing.data, *listing.foreign)]
    others = {readable_name(listing.name(p)): p for p in listing.foreign}
    for name in names:
        if name in known:
            continue
        if name in parts:
            lines.append(_line(name, "part", note=parts[name]))
        elif name in whole:
            note = f"数据文件已解到 {whole[name]}/"
            lines.append(_line(name, "archive", note=note))
        elif name in others:
            lines.append(_foreign(name, others[name]))
        else:
            lines.append(_line(name, "unreadable", note="见“问题汇总”"))
    return sorted(lines, key=lambda line: (str(line["file"]), str(line["dataset"])))


def _parts(listing: Listing, sources: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return what further files of pictures and layers belong to, in words."""
    pictures = [listing.name(p) for p in listing.data if kind_of(p) == "picture"]
    drafts = draft_pictures(pictures, listing.root)
    near = {
        file: f"与 {draft.entry.file} 同属一景"
        for draft in drafts
        for file in draft.covers
    }
    told = ((p["file"], s["file"]) for s in sources for p in s["parts"])
    return near | {part: f"属于 {main}" for part, main in told}


def _foreign(name: str, path: Path) -> dict[str, Any]:
    return _line(name, "foreign", note=advice(path))


def _used(source: Mapping[str, Any], datasets: Mapping[str, Dataset]) -> dict[str, Any]:
    kept = ("rows_read", "rows_used", "rows_quarantined", "encoding", "crs")
    known = ("issuer", "obtained", "period")
    archive = source["archive"]
    return _line(
        str(source["file"]),
        "used",
        datasets.get(str(source["dataset"])),
        **{name: source[name] for name in (*kept, *known)},
        archive=None if archive is None else archive["file"],
    )


def _surveyed(survey: Survey) -> dict[str, Any]:
    file = readable_name(survey.file)
    if survey.kind == "picture":
        return _line(file, "picture", note=_picture_note(survey))
    found = survey.rows
    if found is None:
        return _line(file, "unreadable", note="见“问题汇总”")
    report, entry = found.report, survey.entry
    asked = bool(report.problems) or any(s.key == "crs" for s in survey.suggestions)
    return _line(
        file,
        "asked" if asked or entry is None else "unlisted",
        None if entry is None or found.dataset is None else found.dataset,
        rows_read=report.rows_read,
        encoding=next((s.encoding for s in found.sources), None),
        note=_asked_note(survey) if asked or entry is None else "pil.yaml 没有登记",
        reasons=survey.reasons,
    )


def _picture_note(survey: Survey) -> str:
    if survey.found is not None:
        return "影像，pil.yaml 没有登记"
    told = any(p.where == "images" for p in survey.problems)
    return (
        "影像，待登记成像时间、传感器和波段" if told else "影像，不能使用，见“问题汇总”"
    )


def _asked_note(survey: Survey) -> str:
    if survey.entry is not None:
        refused = any(s.key == "crs" and s.value == "?" for s in survey.suggestions)
        return f"没有{'可用的' if refused else ''}坐标系，待确认"
    guesses = [s.value for s in survey.suggestions if s.key == "dataset"]
    return f"待确认是哪个数据集：{'、'.join(guesses) or '没有相近的'}"


def _line(
    file: str, state: str, dataset: Dataset | None = None, **more: object
) -> dict[str, Any]:
    return {
        "file": file,
        "state": state,
        "dataset": None if dataset is None else dataset.id,
        "title_zh": "" if dataset is None else dataset.title.zh,
        "rows_read": 0,
        "rows_used": 0,
        "rows_quarantined": 0,
        "encoding": None,
        "crs": None,
        "note": "",
        "reasons": (),
        "issuer": None,
        "obtained": None,
        "period": None,
        "archive": None,
        **more,
    }


def questions(
    workspace: Workspace,
    surveys: Iterable[Survey],
    reports: Iterable[tuple[str, ReadReport]],
) -> list[dict[str, Any]]:
    """Return everything that `pil.yaml` could say, each once.

    Returns
    -------
    list of dict
        `file`, `key`, `name`, `value`, `why`, `asks` (values are missing or in doubt
        until it is answered).
    """
    asked = list(_unfilled(workspace))
    told = [(s.file, s.suggestions) for s in surveys]
    told += [(file, report.suggestions) for file, report in reports]
    for file, suggestions in told:
        asked += [_question(file, s) for s in suggestions]
    seen: dict[tuple[str, ...], dict[str, Any]] = {}
    for question in asked:
        key = tuple(str(question[n]) for n in ("file", "key", "name", "value"))
        seen.setdefault(key, question)
    return list(seen.values())


def _unfilled(workspace: Workspace) -> Iterable[dict[str, Any]]:
    """Ask for what a new `pil.yaml` leaves open."""
    if workspace.jurisdiction == NO_JURISDICTION:
        yield _ask("pil.yaml", "jurisdiction", "请填写六位行政区划代码")
    if workspace.office.name == NO_OFFICE:
        yield _ask("pil.yaml", "office", "请填写人民检察院全称和简称")


def _ask(file: str, key: str, why: str) -> dict[str, Any]:
    return {
        "file": file,
        "key": key,
        "name": "",
        "value": "?",
        "why": why,
        "asks": False,
    }


def _question(file: str, suggestion: Suggestion) -> dict[str, Any]:
    return {"file": file, **suggestion.model_dump(mode="json")}


def open_questions(asked: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """Return the units that put values in doubt, as problems."""
    return [
        Problem(
            str(q["file"]),
            f"units.{q['name']}",
            str(q["why"]),
            f"在 pil.yaml 的该文件写 units: {{{q['name']}: {q['value']}}}",
        )
        for q in asked
        if q["key"] == "units" and q["asks"]
    ]


def readings(
    reports: Iterable[tuple[str, ReadReport]],
    sources: Iterable[Mapping[str, Any]],
    datasets: Mapping[str, Dataset],
) -> list[dict[str, Any]]:
    """Return how each file was read, its columns named in Chinese."""
    known = {str(s["file"]): datasets.get(str(s["dataset"])) for s in sources}
    told = []
    for file, report in reports:
        plain = report.model_dump(mode="json")
        for inference in plain["inferences"]:
            inference["what"] = _worded(inference["what"], known.get(file))
        told.append({"file": file, **plain})
    return told


def joint_readings(
    notes: Mapping[str, Inference], datasets: Mapping[str, Dataset]
) -> list[dict[str, Any]]:
    """Return what only all registers together tell, as readings by data set."""
    return [
        {"file": datasets[name].title.zh, "rows_skipped": [], "inferences": [told]}
        for name, note in notes.items()
        for told in [note.model_dump(mode="json")]
    ]


def _worded(what: str, dataset: Dataset | None) -> str:
    """Name the column that a conclusion is about in Chinese, where it has a name."""
    named = _COLUMN.match(what)
    if dataset is None or named is None:
        return what
    return f"列 {dataset.words(named[1])}{what[named.end() :]}"


def in_words(
    quarantine: pd.DataFrame,
    sources: Iterable[Source],
    datasets: Mapping[str, Dataset],
) -> pd.DataFrame:
    """Return quarantine entries with their columns named in Chinese."""
    words = {
        (source.file, field.name): field.words
        for source in sources
        if source.dataset in datasets
        for field in datasets[str(source.dataset)].fields
    }
    columns = [c if isinstance(c, str) else None for c in quarantine["column"]]
    named = [
        None if column is None else words.get((source, column), column)
        for source, column in zip(quarantine["source"], columns, strict=True)
    ]
    told = pd.Series(named, index=quarantine.index, dtype=object)
    return quarantine.assign(column=told)


def quarantined(quarantine: pd.DataFrame) -> list[Problem]:
    """Return every row and cell not used as a problem."""
    rows = quarantine.astype(object).to_dict("records")
    return [_quarantined(row) for row in rows]


def _quarantined(row: Mapping[Any, Any]) -> Problem:
    sheet = f"工作表“{row['sheet']}” " if row["sheet"] else ""
    column = f" “{row['column']}”" if row["column"] else ""
    return Problem(
        str(row["source"]),
        f"{sheet}第{row['row']}行{column}",
        row["reason"],
        row["remedy"],
    )
