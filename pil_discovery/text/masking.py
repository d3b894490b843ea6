"""Masking of personal identifiers."""

from __future__ import annotations


def mask_identifier(text: str) -> str:
    """Return the identifier with all but its ends hidden.

    Three characters stay in front and two behind, so that a reader with the source can
    find the row; shorter texts than eight characters are hidden whole.
    """
    if len(text) < 8:
        return "*" * len(text)
    return f"{text[:3]}{'*' * (len(text) - 5)}{text[-2:]}"
