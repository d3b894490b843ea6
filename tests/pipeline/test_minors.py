"""Whether what leaves the office is of a minor."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from pil_discovery import report
from pil_discovery.cli.root import pil as command
from pil_discovery.pipeline.cases import open_ledger
from pil_discovery.pipeline.gathering import gather
from pil_discovery.pipeline.minors import is_case_of_minors, is_of_minors
from pil_discovery.procedure.ledger import find_case
from tests.procedure.ledger.desk import Desk, investigated

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def behind(sample_demo, tmp_path_factory):
    """The first lead of the sample with all that it rests on."""
    _, demo = sample_demo
    return gather(demo["out"], "1", tmp_path_factory.mktemp("received"))


def row(**cells):
    return {"cells": cells}


def test_a_lead_is_of_a_minor_by_field_or_by_a_person_behind_it(behind):
    assert not is_of_minors(behind, [row(金额="12")])
    field = behind.lead.model_copy(update={"domain": "minors"})
    assert is_of_minors(replace(behind, lead=field), [])
    day = behind.lead.fact_date or behind.as_of
    eighteen = day.replace(year=day.year - 18)
    younger = eighteen + dt.timedelta(days=1)
    assert is_of_minors(behind, [row(出生日期=younger.isoformat())])
    assert not is_of_minors(behind, [row(出生日期=eighteen.isoformat())])
    assert not is_of_minors(behind, [row(出生日期=(day + dt.timedelta(3)).isoformat())])


def test_a_power_over_minors_is_enough(behind):
    power = behind.catalog.models[behind.lead.model].agency.power
    powers = [
        p.model_copy(update={"tags": (*p.tags, "minors")}) if p.id == power else p
        for p in behind.catalog.powers
    ]
    assert is_of_minors(
        replace(behind, catalog=replace(behind.catalog, powers=tuple(powers))), []
    )


@pytest.mark.parametrize(
    ("options", "of_minors"),
    [
        ({}, False),
        ({"tag": "minors"}, True),
        ({"tag": "未成年人"}, True),
        ({"matter": "mandate.minors"}, True),
    ],
)
def test_a_case_is_of_minors_by_topic_or_tag(quick_path, options, of_minors):
    desk = Desk(quick_path / "案件.ledger")
    desk.open(**options)
    ledger = open_ledger(desk.ledger)
    case = find_case(ledger.cases(), desk.case)
    assert is_case_of_minors(case, ledger.book) is of_minors


def mapped(demo):
    """Return the rank of the first lead with a place of its own."""
    findings = report.read_scan(Path(demo["out"]))[1]
    shapes = {f.finding_id for f in findings if f.geometry is not None}
    leads = report.read_scan(Path(demo["out"]))[2]
    return str(next(x.rank for x in leads if shapes & set(x.findings)))


def bundle(demo, folder, *more):
    words = ("bundle", demo["out"], mapped(demo), "-o", folder, "--json", *more)
    done = CliRunner().invoke(command, [str(w) for w in words])
    assert done.exit_code == 0, done.output
    (told,) = json.loads(done.stdout)
    return Path(told["path"])


def pictures(path):
    return [p for p in path.rglob("*") if p.suffix == ".png"]


def test_a_case_of_minors_makes_its_documents_strict(sample_demo, tmp_path):
    _, demo = sample_demo
    plain = bundle(demo, tmp_path / "a", "--profile", "agency")
    assert pictures(plain)
    strict = bundle(
        demo, tmp_path / "b", "--profile", "agency", "--redaction", "strict"
    )
    assert pictures(strict) == []
    desk = Desk(tmp_path / "案件.ledger")
    desk.open("--scan", demo["out"], "--lead", mapped(demo), tag="minors")
    investigated(desk)
    case = ("--case", desk.ledger, desk.case)
    assert pictures(bundle(demo, tmp_path / "c", "--profile", "court", *case)) == []
    assert pictures(bundle(demo, tmp_path / "d", *case))  # the office sees everything


def test_a_report_on_a_case_of_minors_names_no_child(quick_path):
    told = {
        "harm": "示例区实验小学12岁学生，监护人：王小红，受侵害",
        "default": "未查处",
    }
    for tag, shown in (("minors", False), ("", True)):
        desk = Desk(quick_path / f"{tag}案件.ledger")
        desk.open(tag=tag, title="示例区实验小学门口文身店案")
        desk.record("lead.assess", "2026-03-03", truth="yes", checkable="yes")
        filed = {"decision": "file", "approved_by": "王五"} | told
        desk.record("filing.decide", "2026-03-05", **filed)
        words = ["report", "committee", str(desk.ledger), desk.case]
        text = CliRunner().invoke(command, words).stdout
        for secret in ("实验小学", "12岁", "王小红"):
            assert (secret in text) is shown
        assert "未查处" in text
