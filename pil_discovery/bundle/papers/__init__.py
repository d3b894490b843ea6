"""Papers that are no letters: reports, meeting and hearing packs, evaluation forms.

`compose_papers` writes the words once; `write_papers` lays them out as Word file, court
copy, page and workbook with equal texts.
"""

from pil_discovery.bundle.papers.composing import compose_papers
from pil_discovery.bundle.papers.kinds import load_paper_kind, paper_kinds
from pil_discovery.bundle.papers.nouns import Paper, printed_texts
from pil_discovery.bundle.papers.writing import FORMATS, lay_out, write_papers

__all__ = [
    "FORMATS",
    "Paper",
    "compose_papers",
    "lay_out",
    "load_paper_kind",
    "paper_kinds",
    "printed_texts",
    "write_papers",
]
