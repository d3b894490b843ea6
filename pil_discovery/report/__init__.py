"""Everything a scan leaves behind: lines, workbook, map layers, review page."""

from pil_discovery.report.checks import write_check
from pil_discovery.report.decisions import read_decisions
from pil_discovery.report.scan import FILES, read_scan, write_scan

__all__ = ["FILES", "read_decisions", "read_scan", "write_check", "write_scan"]
