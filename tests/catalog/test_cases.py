"""Rules of recording: read strictly, every mistake at once."""

import re
import shutil
from pathlib import Path

import pytest

from pil_discovery.catalog import (
    load_case_rules,
    load_law,
    load_procedure,
    models_folder,
)
from pil_discovery.errors import CatalogError

EVENTS = """
open lead.assess lead.transfer filing.decide filing.serve consultation.hold
investigation.plan evidence.add investigation.end suggestion.decide suggestion.serve
agency.reply followup.check review.suspend review.resume review.extend
appraisal.start appraisal.end review.end notice.publish plaintiff.sues
support.decide support.withdraw suit.file case.close opinion.issue incident.record
escalation.step transfer.out tip.register meeting.hold hearing.hold evaluation.add
sign note.add
"""
STATES = """
lead assessed transferred filed declined investigating investigated
suggestion_issued awaiting_reply replied suspended reviewed noticed supporting
in_court closed
"""


def load(root=None):
    facts, topics = load_law()
    clocks = load_procedure(facts).clocks
    return load_case_rules(facts, topics, clocks, root=root)


@pytest.fixture
def copy(tmp_path):
    """A folder with a copy of the file of events; returns root and file."""
    home = tmp_path / "procedure" / "regime_2021"
    home.mkdir(parents=True)
    source = models_folder() / "procedure" / "regime_2021" / "events.yaml"
    return tmp_path, Path(shutil.copy(source, home / "events.yaml"))


def test_every_event_of_the_procedure_is_there_with_its_fields():
    rules = load()["2021"]
    wanted = set(EVENTS.split())
    assert wanted <= {e.id for e in rules.events}
    assert {s.id for s in rules.states} == set(STATES.split())


def test_every_event_and_every_field_names_its_rule():
    rules = load()["2021"]
    assert [e.id for e in rules.events if not e.basis] == []
    assert [(e.id, f.key) for e in rules.events for f in e.fields if not f.basis] == []
    bare = [
        (e.id, g.check)
        for e in rules.events
        for g in (*e.guards, *e.checks)
        if not (g.basis and g.zh) and g.check != "no_private_duty"
    ]
    assert bare == []


def test_patterns_of_parties_are_patterns():
    for word in load()["2021"].private_duty.parties:
        re.compile(word)


def test_unknown_names_are_all_told_with_near_ones(copy):
    root, file = copy
    text = file.read_text("utf-8")
    for old, new in (
        ("basis: [ban-27]\n", "basis: [ban-2777]\n"),
        ("from: [assessed]", "from: [asessed]"),
        ("until: [filing.serve]", "until: [filing.sreve]"),
        ("- {clock: civil-notice,", "- {clock: civil-notic,"),
        (
            "{matter: env., admin: [mandate.administrative",
            "{matter: env., admin: [mandate.admin",
        ),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")
    with pytest.raises(CatalogError) as caught:
        load(root)
    told = str(caught.value)
    for name in ("ban-2777", "asessed", "filing.sreve", "civil-notic", "mandate.admin"):
        assert f"「{name}」" in told
    assert "是不是「assessed」" in told


def test_an_unknown_field_or_check_is_a_mistake(copy):
    root, file = copy
    text = file.read_text("utf-8")
    text = text.replace("check: paired", "check: pared").replace(
        "from_zh:", "fromzh:", 1
    )
    file.write_text(text, "utf-8")
    with pytest.raises(CatalogError) as caught:
        load(root)
    assert "「pared」不在允许的值之内" in str(caught.value)
    assert "不认识的字段「fromzh」" in str(caught.value)
