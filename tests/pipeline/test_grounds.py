"""The catalogue says which fields a civil suit is open to, local folders included."""

import datetime as dt

from pil_discovery.catalog import load_catalog
from pil_discovery.pipeline.grounds import civil_domains

DAY = dt.date(2026, 9, 30)
DOMAINS = """\
domains:
  - id: relics
    title: {{zh: 文物保护}}
    mandates: {{{mandates}}}
"""


def opened(folder, mandates):
    file = folder / "procedure" / "domains.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(DOMAINS.format(mandates=mandates), encoding="utf-8")
    return civil_domains(load_catalog([folder]), DAY)


def test_the_built_in_rules_open_two_fields():
    assert civil_domains(load_catalog(), DAY) == {"environment", "food_drug"}


def test_a_local_field_says_itself_whether_a_civil_suit_is_open_to_it(tmp_path):
    shut = opened(tmp_path / "甲", "admin: [mandate.heroes]")
    assert shut == {"environment", "food_drug"}
    both = "admin: [mandate.heroes], civil: [mandate.heroes]"
    assert opened(tmp_path / "乙", both) == {"environment", "food_drug", "relics"}


def test_a_day_without_rules_opens_nothing():
    assert civil_domains(load_catalog(), dt.date(1999, 1, 1)) == frozenset()
