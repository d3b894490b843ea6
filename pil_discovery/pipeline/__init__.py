"""The only module that knows the order of the stages."""

from pil_discovery.pipeline.flow import Scan, scan

__all__ = ["Scan", "scan"]
