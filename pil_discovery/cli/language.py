"""Chinese first: click's own words come from a catalogue of ours through gettext."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

_FOLDER = Path(__file__).parent / "locale"
_current = {"lang": "zh"}


def bind_language(lang: str) -> None:
    """Choose the language of all messages of this process: `zh` or `en`."""
    _current["lang"] = "en" if lang == "en" else "zh"
    os.environ["LANGUAGE"] = "en" if lang == "en" else "zh_CN"
    gettext.bindtextdomain("messages", str(_FOLDER))


def say(zh: str, en: str) -> str:
    """Return the sentence of the chosen language."""
    return en if _current["lang"] == "en" else zh
