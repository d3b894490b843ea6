"""Files of rows → Tables: encoding, sheets, headers, units, dates, quarantine."""

from pil_discovery.records.combining import combine
from pil_discovery.records.headings import Candidate, recognise
from pil_discovery.records.table import read_table

__all__ = ["Candidate", "combine", "read_table", "recognise"]
