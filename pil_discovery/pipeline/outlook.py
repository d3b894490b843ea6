"""Which models can be computed on what is there, and what the others lack, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.findings import readiness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.findings import Inputs
    from pil_discovery.types import Dataset, Model

_IMAGE = "image"


def model_outlook(
    models: Iterable[Model], inputs: Inputs, *, personal: bool
) -> list[dict[str, Any]]:
    """Tell for each model whether a scan would compute it.

    Parameters
    ----------
    personal
        Whether models about private persons may run.

    Returns
    -------
    list of dict
        `id`, `code`, `title_zh`, `state` (`computed`, `not_computable`, `off`),
        `missing` and `missing_clears` (canonical names), `why` and `clears` (the same
        in Chinese sentences).
    """
    return [_outlook(model, inputs, personal=personal) for model in models]


def _outlook(model: Model, inputs: Inputs, *, personal: bool) -> dict[str, Any]:
    ready = readiness(model, inputs)
    why = missing_words(ready["missing"], inputs.datasets)
    if model.status == "retired":
        ready, why = {**ready, "state": "off"}, ["模型已停用"]
    elif model.personal and not personal:
        why = ["涉及自然人，须在 pil.yaml 的 personal 写明批准文号才运行"]
        ready = {**ready, "state": "off"}
    return {
        "id": model.id,
        "code": model.code,
        "title_zh": model.title.zh,
        **ready,
        "why": why,
        "clears": missing_words(ready["missing_clears"], inputs.datasets),
    }


def missing_words(names: Sequence[str], datasets: Mapping[str, Dataset]) -> list[str]:
    """Say in Chinese which data sets and columns are missing.

    Parameters
    ----------
    names
        «data set» or «data set.column», as models name them.
    """
    whole = [n for n in names if "." not in n]
    columns: dict[str, list[str]] = {}
    for name in names:
        dataset, dot, column = name.partition(".")
        if dot:
            columns.setdefault(dataset, []).append(_column(dataset, column, datasets))
    said = [f"没有{_title(n, datasets)}" for n in whole]
    return said + [
        f"{_title(dataset, datasets)}缺{'波段' if dataset == _IMAGE else '列'}："
        f"{'、'.join(found)}"
        for dataset, found in columns.items()
    ]


def _column(dataset: str, column: str, datasets: Mapping[str, Dataset]) -> str:
    known = datasets.get(dataset)
    return column if known is None or dataset == _IMAGE else known.words(column)


def _title(name: str, datasets: Mapping[str, Dataset]) -> str:
    if name == _IMAGE:
        return "可用的影像"
    known = datasets.get(name)
    return name if known is None else f"《{known.title.zh}》（{name}）"


def gaps(
    outlooks: Iterable[Mapping[str, Any]], datasets: Mapping[str, Dataset]
) -> list[dict[str, Any]]:
    """Group the models that cannot be computed by what they lack together.

    Parameters
    ----------
    outlooks
        `code`, `state` and `missing` of each model, as `model_outlook` or `run.json`
        tells them.

    Returns
    -------
    list of dict
        `needs` (`dataset`, `title_zh`, `title_en`, `holder`: who keeps it, `placed`:
        whether its rows have a place, `columns` in words, empty where the whole data
        set is missing) and `models` (codes). A single data set comes before several
        together, then what helps most models.
    """
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for model in outlooks:
        if model["state"] != "not_computable":
            continue
        lacking = tuple(sorted({n.partition(".")[0] for n in model["missing"]}))
        entry = found.setdefault(lacking, {"models": [], "missing": set()})
        entry["models"].append(model["code"])
        entry["missing"] |= set(model["missing"])
    groups = [
        {
            "needs": [_need(n, entry["missing"], datasets) for n in lacking],
            "models": entry["models"],
        }
        for lacking, entry in sorted(found.items())
    ]
    return sorted(groups, key=lambda g: (len(g["needs"]) > 1, -len(g["models"])))


def _need(
    name: str, missing: Iterable[str], datasets: Mapping[str, Dataset]
) -> dict[str, Any]:
    known = None if name == _IMAGE else datasets.get(name)
    columns = sorted(n.partition(".")[2] for n in missing if n.startswith(f"{name}."))
    return {
        "dataset": name,
        "title_zh": "可用的影像" if known is None else known.title.zh,
        "title_en": "usable pictures" if known is None else known.title.en,
        "holder": None if known is None else known.holder,
        "placed": known is not None and known.has_geometry,
        "columns": [_column(name, column, datasets) for column in columns],
    }


def unlocks(
    outlooks: Sequence[Mapping[str, Any]], datasets: Mapping[str, Dataset]
) -> list[dict[str, Any]]:
    """Tell which data set alone would make further models computable.

    Returns
    -------
    list of dict
        `dataset`, `title_zh`, `columns` (empty where the whole data set is missing),
        `models` (their codes); the data set that helps most models first.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for model in outlooks:
        lacking = {name.partition(".")[0] for name in model["missing"]}
        if model["state"] == "not_computable" and len(lacking) == 1:
            entry = found.setdefault(lacking.pop(), {"models": [], "columns": []})
            entry["models"].append(model["code"])
            entry["columns"] += [n.partition(".")[2] for n in model["missing"]]
    rows = [
        {
            "dataset": name,
            "title_zh": _title(name, datasets),
            "columns": sorted({c for c in entry["columns"] if c}),
            "models": entry["models"],
        }
        for name, entry in found.items()
    ]
    return sorted(rows, key=lambda r: (-len(r["models"]), r["dataset"]))
