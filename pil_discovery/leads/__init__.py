"""Merge findings into leads, weigh them, and say in words why.

The order of work: `merge` groups findings, `weigh` turns groups into ranked leads,
`choose_route` applies what the procedure allows, `noise_notes` warns of models that
flag too much.
"""

from pil_discovery.leads.evidence import Doubt
from pil_discovery.leads.formula import score
from pil_discovery.leads.groups import Group, classes, merge
from pil_discovery.leads.noise import noise_notes
from pil_discovery.leads.weighing import choose_route, rank, weigh

__all__ = [
    "Doubt",
    "Group",
    "choose_route",
    "classes",
    "merge",
    "noise_notes",
    "rank",
    "score",
    "weigh",
]
