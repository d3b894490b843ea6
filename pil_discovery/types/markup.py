"""Nouns as a notebook shows them: small tables in which no record becomes markup."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

CAUTION = "待核查：由程序筛查得出，不是对任何人的认定。"


@dataclass(frozen=True)
class Picture:
    """A PNG file that a notebook shows by itself."""

    path: Path

    def _repr_png_(self) -> bytes:
        return self.path.read_bytes()


def table_html(
    caption: str, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> str:
    """Return an HTML table; every text is escaped, what is missing is a dash."""
    head = "".join(f"<th>{escape(h)}</th>" for h in headings)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    top = f"<thead><tr>{head}</tr></thead>" if headings else ""
    return (
        f"<table><caption>{escape(caption)}</caption>{top}<tbody>{body}</tbody></table>"
    )


def _cell(value: object) -> str:
    return f"<td>{'—' if value is None else escape(str(value))}</td>"
