"""`models/procedure/regime_*/` → fields, ways, venues and plaintiffs of each regime."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from pil_discovery.catalog.files import entries, read_each
from pil_discovery.catalog.nouns import part_to_noun
from pil_discovery.errors import CatalogError, Problem, near_names
from pil_discovery.types import (
    AvenueRule,
    LawField,
    PlaintiffRule,
    RuleBook,
    VenueRule,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from pil_discovery.catalog.nouns import Document

    Loc = tuple[int | str, ...]

N = TypeVar("N", bound=BaseModel)


class BookReading:
    """The files of one regime as they come in, and their problems."""

    def __init__(self, folder: Path, home: Path, facts: Collection[str]) -> None:
        self._folder = folder
        self._home = home
        self._facts = facts
        self.problems: list[Problem] = []

    def book(self) -> RuleBook:
        """Read the files that are there; an absent file says nothing."""
        return RuleBook(
            fields=self._rows("fields", "fields", LawField),
            avenues=self._rows("avenues", "avenues", AvenueRule),
            venues=self._rows("jurisdiction", "venues", VenueRule),
            plaintiffs=self._rows("plaintiffs", "plaintiffs", PlaintiffRule),
        )

    def _rows(self, name: str, key: str, noun: type[N]) -> tuple[N, ...]:
        documents, wrong = read_each([(self._folder, self._home / f"{name}.yaml")])
        self.problems.extend(wrong)
        found: dict[str, N] = {}
        for document in documents:
            for number, made in self._made(document, key, noun):
                name_of = str(made.id)  # type: ignore[attr-defined] # each noun has one
                if name_of in found:
                    what = f"编号「{name_of}」重复"
                    self.problems.append(document.problem((key, number, "id"), what))
                found[name_of] = made
                self._cite(document, (key, number), made)
        return tuple(found.values())

    def _made(
        self, document: Document, key: str, noun: type[N]
    ) -> Iterator[tuple[int, N]]:
        try:
            rows, _ = entries(document, key)
        except CatalogError as error:
            self.problems.extend(error.problems)
            return
        for number, row in rows:
            try:
                yield number, part_to_noun(noun, document, row, at=(key, number))
            except CatalogError as error:
                self.problems.extend(error.problems)

    def _cite(self, document: Document, at: Loc, noun: BaseModel) -> None:
        """Check every fact that a row or one of its wants cites."""
        cited = [*noun.basis]  # type: ignore[attr-defined] # each noun has one
        cited += [i for want in getattr(noun, "wants", ()) for i in want.basis]
        self.problems.extend(
            document.problem(at, f"没有编号为「{i}」的法条", near_names(i, self._facts))
            for i in dict.fromkeys(cited)
            if i not in self._facts
        )


def check_fields(books: Iterable[RuleBook], topics: Collection[str]) -> list[Problem]:
    """Return every mandate of a field that names no topic of law."""
    return [
        Problem(
            "procedure/fields.yaml",
            field.id,
            f"没有主题「{topic}」",
            near_names(topic, topics),
        )
        for book in books
        for field in book.fields
        for names in field.mandates.values()
        for topic in names
        if topic not in topics
    ]
