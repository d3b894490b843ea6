from dataclasses import replace
from pathlib import Path

import pytest

from pil_discovery.errors import ReadError
from pil_discovery.pipeline.cluster.terms import (
    Terms,
    answer,
    faults,
    opened,
    our_versions,
)

SOMEWHERE = Path(__file__)
"""A file that says something else."""


@pytest.fixture
def terms(tmp_path):
    mark = tmp_path / "share" / "run" / "mark"
    mark.parent.mkdir(parents=True)
    mark.write_text("7f")
    return Terms(our_versions(), mark, "7f")


def test_who_has_the_same_versions_and_storage_meets_the_terms(terms):
    assert faults(terms) == ()
    assert {"code", "python", "duckdb", "shapely", "pyproj"} <= our_versions().keys()


def test_another_version_or_another_storage_is_named(terms):
    other = replace(
        terms, versions={**terms.versions, "shapely": "1.8"}, mark=SOMEWHERE
    )
    said = faults(other)
    assert len(said) == 2
    assert said[0] == f"shapely 是 {terms.versions['shapely']}，本机是 1.8"
    assert said[1] == f"看不到共享文件夹 {SOMEWHERE.parent.parent}"
    terms.mark.unlink()
    assert len(faults(terms)) == 1


def test_a_worker_that_does_not_fit_gives_no_answer(terms):
    with pytest.raises(RuntimeError, match="看不到共享文件夹"):
        answer(replace(terms, mark=SOMEWHERE), str, 1)


def test_a_refusal_is_an_answer_with_its_problems(terms):
    assert opened(answer(terms, str, 1)) == "1"
    with pytest.raises(ReadError, match="读不出"):
        opened(answer(terms, _refuse, 1))


def _refuse(_job):
    raise ReadError("读不出")
