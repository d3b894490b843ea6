"""Merge findings into leads, weigh them, and say in words why.

The order of work: `merge` groups findings, `weigh` turns groups into ranked leads,
`choose_route` applies what the procedure allows, `shortlist` tells which leads an
office checks next, `quality` how far a model can be trusted, `precisions` what share of
its leads is true, `attention` whom the leads are about.
"""

from pil_discovery.leads.attention import Enterprises, attention
from pil_discovery.leads.evidence import Doubt
from pil_discovery.leads.formula import score
from pil_discovery.leads.groups import Group, classes, merge
from pil_discovery.leads.listing import BANDS, expected, shortlist
from pil_discovery.leads.precision import Precision, Tally, precisions
from pil_discovery.leads.quality import quality, tallies
from pil_discovery.leads.refinement import Refused, learn, plain
from pil_discovery.leads.weighing import choose_route, rank, weigh

__all__ = [
    "BANDS",
    "Doubt",
    "Enterprises",
    "Group",
    "Precision",
    "Refused",
    "Tally",
    "attention",
    "choose_route",
    "classes",
    "expected",
    "learn",
    "merge",
    "plain",
    "precisions",
    "quality",
    "rank",
    "score",
    "shortlist",
    "tallies",
    "weigh",
]
