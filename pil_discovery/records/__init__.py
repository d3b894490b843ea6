"""Files of rows → Tables: encoding, sheets, headers, units, dates, quarantine."""

from pil_discovery.records.combining import combine
from pil_discovery.records.headings import recognise
from pil_discovery.records.surveys import survey_table
from pil_discovery.records.table import read_table
from pil_discovery.types.sources import Candidate

__all__ = ["Candidate", "combine", "read_table", "recognise", "survey_table"]
