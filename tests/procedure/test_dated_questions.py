"""Which version applied on this date: questions and answers written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pil_discovery.catalog import load_law
from pil_discovery.procedure.bases import GAP, resolve_basis

FACTS, TOPICS = load_law()
FILE = Path(__file__).with_name("dated_questions.yaml")
QUESTIONS = yaml.safe_load(FILE.read_text(encoding="utf-8"))["questions"]
ROLES = {"applies": "applies", "milder": "if_milder", "transition": "transition"}


def name(question):
    asked = question["ask"]
    asked = asked if isinstance(asked, str) else "+".join(asked)
    ends = [question["date"], question.get("to"), question.get("decided")]
    return " ".join([asked, *(str(e) for e in ends if e)])


@pytest.mark.parametrize("question", QUESTIONS, ids=name)
def test_the_law_of_the_date(question):
    first, last = question["date"], question.get("to")
    found = resolve_basis(
        question["ask"],
        first if last is None else (first, last),
        facts=FACTS,
        topics=TOPICS,
        decided_on=question.get("decided"),
    )
    for key, role in ROLES.items():
        answered = sorted(b.id for b in found if b.role == role)
        assert answered == sorted(question.get(key, [])), key
    reference = sorted(b.id for b in found if b.kind == "reference" and b.law)
    assert reference == sorted(question.get("reference", []))
    gaps = [b for b in found if b.role == "gap"]
    assert len(gaps) == ("applies" not in question)
    assert all(GAP in gap.note and not gap.law for gap in gaps)


def test_enough_is_asked_and_every_question_cites_a_fact():
    assert len({name(q) for q in QUESTIONS}) == len(QUESTIONS) >= 120
    assert {q["cites"] for q in QUESTIONS} <= set(FACTS)


def test_every_topic_with_a_version_is_asked():
    """Each topic of the tables of topics has at least one dated question."""
    folder = Path(__file__).parents[2] / "models" / "law" / "topics"
    listed = {
        topic
        for file in folder.glob("*.yaml")
        for topic in yaml.safe_load(file.read_text(encoding="utf-8"))["topics"]
    }
    asked = {q["ask"] for q in QUESTIONS if isinstance(q["ask"], str)}
    assert listed - asked == {"penalty.transition"}
