"""The base of all nouns: frozen, complete, closed."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Noun(BaseModel):
    """A frozen record; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Noun):
    """A text in Chinese and English."""

    zh: str
    en: str = ""


class Origin(Noun):
    """The file of the catalogue that a noun was read from.

    `local` tells a local folder from what ships with the product; `replaces` that it
    stands for a built-in one of the same id.
    """

    file: str
    sha256: str
    local: bool = False
    replaces: bool = False
