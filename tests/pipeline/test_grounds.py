"""The catalogue says which fields a civil suit is open to, local folders included."""

import datetime as dt

from pil_discovery.catalog import load_catalog
from pil_discovery.findings import run_example
from pil_discovery.findings.example_pictures import Gallery
from pil_discovery.pipeline.grounds import civil_domains, doubts_of
from pil_discovery.pipeline.identifying import NameLinker

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


def doubts_by_state(model_id, wanted):
    """Doubts of the findings of the first example with pictures, by state."""
    catalog = load_catalog()
    model = catalog.models[model_id]
    example = next(e for e in model.examples if e.images and getattr(e.expect, wanted))
    with Gallery() as gallery:
        findings = run_example(
            model, example, catalog.datasets, gallery, linker=NameLinker()
        ).findings
        doubts = doubts_of(findings, gallery.images_of(example), catalog.models)
    of_state = [f.finding_id for f in findings if f.state == wanted]
    return [doubts[i] for i in of_state if i in doubts]


def test_flagged_pictures_weaken_a_hit_that_rests_on_them_alone():
    (doubt,) = doubts_by_state("environment/wetland-filled", "hit")
    assert doubt.picture_date == dt.date(2026, 8, 10)
    assert any(words.startswith("配准：") for words in doubt.flags)


def test_a_review_has_been_lowered_for_its_pictures():
    (doubt,) = doubts_by_state("environment/wetland-filled", "review")
    assert doubt.picture_date
    assert doubt.flags == ()


def test_flagged_pictures_do_not_weaken_what_records_prove():
    doubts = doubts_by_state("environment/land-penalty-unexecuted", "hit")
    assert doubts
    assert {doubt.flags for doubt in doubts} == {()}
