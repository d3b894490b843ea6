"""Everything a scan leaves behind: lines, workbook, map layers, review page."""

from pil_discovery.report.checks import write_check
from pil_discovery.report.decisions import read_decisions
from pil_discovery.report.project import Raster, with_pictures
from pil_discovery.report.scan import FILES, read_base, read_scan, write_scan
from pil_discovery.report.verdicts import (
    append_verdicts,
    conflicts,
    read_verdicts,
    verdicts_of,
)

__all__ = [
    "FILES",
    "Raster",
    "append_verdicts",
    "conflicts",
    "read_base",
    "read_decisions",
    "read_scan",
    "read_verdicts",
    "verdicts_of",
    "with_pictures",
    "write_check",
    "write_scan",
]
