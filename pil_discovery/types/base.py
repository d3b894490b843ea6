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
