"""Run screening models: SQL and typed steps, states, exclusions, sentences."""

from pil_discovery.findings.example_pictures import Gallery
from pil_discovery.findings.examples import ExampleResult, run_example, text_key
from pil_discovery.findings.explaining import Explanation, explain
from pil_discovery.findings.faults import Fault
from pil_discovery.findings.givens import Givens
from pil_discovery.findings.inputs import Inputs, declared, readiness, rows_of
from pil_discovery.findings.linting import lint
from pil_discovery.findings.mutations import MutationScore, score
from pil_discovery.findings.screening import finding_id, not_run, screen
from pil_discovery.findings.settings import framed
from pil_discovery.findings.tiles import Question, Solved, in_turn, solve

__all__ = [
    "ExampleResult",
    "Explanation",
    "Fault",
    "Gallery",
    "Givens",
    "Inputs",
    "MutationScore",
    "Question",
    "Solved",
    "declared",
    "explain",
    "finding_id",
    "framed",
    "in_turn",
    "lint",
    "not_run",
    "readiness",
    "rows_of",
    "run_example",
    "score",
    "screen",
    "solve",
    "text_key",
]
