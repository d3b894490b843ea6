"""Official numbers: blank unless given, written as the usual pattern, given once."""

import pytest

from pil_discovery.pipeline.cases import open_ledger
from pil_discovery.procedure.ledger.numbers import read_number
from tests.procedure.ledger.desk import SUGGESTION, Desk, investigated

ONE = "示检行公建〔2026〕1号"


@pytest.fixture
def desk(quick_path):
    desk = Desk(quick_path / "案件.ledger")
    desk.open()
    return desk


@pytest.fixture(scope="module")
def rule(tmp_path_factory):
    import datetime as dt

    book = open_ledger(tmp_path_factory.mktemp("账") / "x").book
    return book.on(dt.date(2026, 9, 30)).numbering


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (ONE, ("示检行公建", 2026, 1)),
        ("温鹿检行公建〔2024〕Z12号", ("温鹿检行公建", 2024, 12)),
        ("示检行公建〔２０２６〕１ 号", ("示检行公建", 2026, 1)),
        ("示检行公建[2026]1号", None),
        ("示检行公建〔26〕1号", None),
        ("示检行公建〔2026〕01号", None),
        ("示检行公建〔2026〕___号", None),
        ("〔2026〕1号", None),
        ("1号", None),
    ],
)
def test_a_number_is_read_as_it_is_usually_written(rule, text, number):
    assert read_number(text, rule) == number


def test_a_document_has_no_number_unless_it_is_given(desk):
    investigated(desk)
    desk.record("suggestion.decide", "2026-03-24", **SUGGESTION)
    entries = open_ledger(desk.ledger).read()
    assert all("number" not in entry.fields for entry in entries)


def test_what_is_no_number_is_refused_with_its_rule(desk):
    investigated(desk)
    for told in ("示检行公建〔2026〕___号", "一号", "示检行公建〔2027〕1号"):
        given = SUGGESTION | {"number": told}
        desk.refused("suggestion.decide", "2026-03-24", told, "jy-7", **given)
    desk.record("suggestion.decide", "2026-03-24", **SUGGESTION, number="")


def test_a_number_stands_once_for_a_kind_of_document(desk):
    first = desk.case
    investigated(desk)
    desk.record("suggestion.decide", "2026-03-24", **SUGGESTION, number=ONE)
    # the same document, served
    desk.record("suggestion.serve", "2026-03-25", received_by="赵六", number=ONE)
    desk.open(agency="另一局")
    investigated(desk)
    told = SUGGESTION | {"agency": "另一局"}
    same = ONE.replace("1", "１")
    desk.refused("suggestion.decide", "2026-03-24", first, **told, number=same)
    other = "示检行公建〔2026〕2号"
    desk.record("suggestion.decide", "2026-03-24", **told, number=other)
    desk.refused("suggestion.serve", "2026-03-25", first, received_by="x", number=ONE)
    # another kind of document, or another year, counts for itself
    desk.record("transfer.out", "2026-03-25", to="甲", number=ONE)
    desk.refused("transfer.out", "2026-03-26", "已用于案件", to="乙", number=ONE)
    desk.record("transfer.out", "2026-03-26", to="乙", number="示检行公建〔2025〕1号")


def test_a_field_of_that_name_means_nothing_where_no_document_is_issued(desk):
    desk.record("note.add", "2026-03-02", number="三本")
