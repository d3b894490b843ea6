"""Tables typed for all examples at once are what each example alone would give."""

import pandas as pd
import pytest

from pil_discovery.errors import ModelError
from pil_discovery.findings import Givens, run_example
from tests.findings.factory import DATASETS, model


def example(name, *bills, **more):
    given = {
        "bill": [dict(zip(("bill_no", "due_date"), b, strict=True)) for b in bills]
    }
    return {"name": name, "as_of": "2026-09-30", "given": given, "expect": {}, **more}


def frames(made, at, together):
    examples = made.examples if together else made.examples[at : at + 1]
    givens = Givens(made, examples, DATASETS)
    return givens.told_of(made.examples[at]).frames


@pytest.mark.parametrize("at", [0, 1, 2])
def test_typed_together_or_alone_the_tables_are_the_same(at):
    made = model(
        examples=[
            example("一", ("a", "2026-01-01"), ("b", None)),
            example("二"),
            example("三", ("001", "2024-02-29"), ("1", "2026-09-30")),
        ]
    )
    here, alone = frames(made, at, True), frames(made, at, False)
    assert [*here] == [*alone] == ["bill"]
    pd.testing.assert_frame_equal(here["bill"], alone["bill"])


def test_numbers_in_a_column_of_texts_keep_their_own_writing():
    made = model(
        examples=[example("一", (1, None)), example("二", (1.5, None), (1.0, None))]
    )
    for at in (0, 1):
        here, alone = frames(made, at, True), frames(made, at, False)
        pd.testing.assert_frame_equal(here["bill"], alone["bill"])


def test_a_date_that_only_another_example_could_settle_is_refused():
    made = model(
        examples=[
            example("一", ("a", "03/04/2026")),
            example("二", ("b", "25/04/2026")),
        ]
    )
    givens = Givens(made, made.examples, DATASETS)
    with pytest.raises(ModelError, match=r"examples\.一"):
        run_example(made, made.examples[0], DATASETS, givens=givens)
    assert len(givens.told_of(made.examples[1]).frames["bill"]) == 1


def test_a_cell_that_cannot_be_read_is_told_of_its_own_example():
    made = model(
        examples=[example("好", ("a", "2026-01-01")), example("坏", ("b", "昨天"))]
    )
    givens = Givens(made, made.examples, DATASETS)
    assert len(givens.told_of(made.examples[0]).frames["bill"]) == 1
    with pytest.raises(ModelError, match=r"examples\.坏"):
        givens.told_of(made.examples[1])


def test_a_changed_model_finds_its_tables_as_they_were():
    made = model(examples=[example("一", ("a", "2026-01-01"))])
    givens = Givens(made, made.examples, DATASETS)
    first = givens.told_of(made.examples[0])
    assert givens.told_of(made.examples[0]) is first
    other = made.examples[0].model_copy()
    assert givens.told_of(other) is not first
