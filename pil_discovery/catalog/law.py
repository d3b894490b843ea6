"""`models/law/` → facts with dates, and the topics that name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.catalog.files import entries, models_folder, once, read_parts
from pil_discovery.catalog.nouns import Document, part_to_noun
from pil_discovery.errors import CatalogError, Problem, near_names
from pil_discovery.types import Fact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pil_discovery.catalog.strict import Yaml

    Topics = dict[str, tuple[str, ...]]
    Loc = tuple[int | str, ...]

_HEAD = ("law", "law_key")


def load_law(
    root: Path | None = None, extra: Sequence[Path] = ()
) -> tuple[dict[str, Fact], Topics]:
    """Load the law; `law/` of a local folder adds to it.

    Returns
    -------
    facts
        Fact id → Fact, in the order of files and articles.
    topics
        Topic → fact ids. A topic holds the facts that carry its name and those that
        `law/topics/` lists under it; it may be empty (a field without a statute).

    Raises
    ------
    CatalogError
        With all mistakes of all files.
    """
    facts, topics = _law(root or models_folder(), tuple(extra))
    return dict(facts), dict(topics)


@once
def _law(root: Path, extra: tuple[Path, ...]) -> tuple[dict[str, Fact], Topics]:
    documents, problems = read_parts((root, *extra), "law")
    lists = [d for d in documents if "/law/topics/" in f"/{d.name}"]
    facts: dict[str, Fact] = {}
    for document in documents:
        if document not in lists:
            problems.extend(_read_law(document, facts))
    topics = _own_topics(facts)
    for document in lists:
        problems.extend(_read_topics(document, facts, topics))
    if problems:
        raise CatalogError(problems)
    return facts, dict(sorted(topics.items()))


def _read_law(document: Document, facts: dict[str, Fact]) -> list[Problem]:
    """Add the articles of one law to the facts; return what is wrong with them."""
    try:
        articles, head = entries(document, "articles", _HEAD)
    except CatalogError as error:
        return list(error.problems)
    missing = [k for k in _HEAD if not isinstance(head.get(k), str)]
    if missing:
        return [document.problem((), f"缺少「{k}」") for k in missing]
    problems: list[Problem] = []
    for number, article in articles:
        at = ("articles", number)
        try:
            fact = part_to_noun(
                Fact, document, head | article, at=at, only="law law_key"
            )
        except CatalogError as error:
            problems.extend(error.problems)
            continue
        if fact.id in facts:
            what = f"编号「{fact.id}」重复"
            problems.append(document.problem((*at, "id"), what))
        if fact.effective_to is not None and fact.effective_to < fact.effective_from:
            what = "失效日期早于生效日期"
            problems.append(document.problem((*at, "effective_to"), what, "请核对"))
        facts[fact.id] = fact
    return problems


def _own_topics(facts: dict[str, Fact]) -> Topics:
    topics: Topics = {}
    for fact in facts.values():
        topics[fact.topic] = (*topics.get(fact.topic, ()), fact.id)
    return topics


def _read_topics(
    document: Document, facts: dict[str, Fact], topics: Topics
) -> list[Problem]:
    """Add the topics of one file; return what is wrong with them."""
    value = document.value
    table = value.get("topics") if isinstance(value, dict) else None
    if not isinstance(table, dict):
        return [document.problem((), "应当是「topics: {主题: [法条编号]}」")]
    problems: list[Problem] = []
    for topic, ids in table.items():
        if not isinstance(ids, list):
            what = "应当是法条编号的列表"
            problems.append(document.problem(("topics", topic), what))
            continue
        problems.extend(_loose_ids(document, topic, facts))
        topics[topic] = tuple(dict.fromkeys((*topics.get(topic, ()), *ids)))
    return problems


def _loose_ids(document: Document, topic: str, facts: dict[str, Fact]) -> list[Problem]:
    ids: list[Yaml] = document.value["topics"][topic]
    return [
        document.problem(
            ("topics", topic, number),
            f"没有编号为「{fact}」的法条",
            near_names(str(fact), facts),
        )
        for number, fact in enumerate(ids)
        if fact not in facts
    ]
