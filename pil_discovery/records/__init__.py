"""Files and queries → Tables: encoding, sheets, headers, units, dates, quarantine."""

from pil_discovery.records.answers import read_answer
from pil_discovery.records.combining import combine
from pil_discovery.records.databases import ask
from pil_discovery.records.files import named_by_bytes
from pil_discovery.records.headings import recognise
from pil_discovery.records.surveys import survey_table
from pil_discovery.records.table import read_table
from pil_discovery.types.sources import Candidate

__all__ = [
    "Candidate",
    "ask",
    "combine",
    "named_by_bytes",
    "read_answer",
    "read_table",
    "recognise",
    "survey_table",
]
