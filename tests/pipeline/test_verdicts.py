import datetime as dt

import pytest

from pil_discovery.catalog import load_catalog
from pil_discovery.errors import WorkspaceError
from pil_discovery.leads import Refused
from pil_discovery.pipeline.verdicts import learn_certainty, read_checks
from pil_discovery.report import append_verdicts
from pil_discovery.types import REFINEMENT, VERDICTS
from tests.leads.builders import FIRST_CHECK, make_checks

LAST = FIRST_CHECK + dt.timedelta(days=600)


def test_what_was_learned_counts_from_the_day_of_its_last_check(tmp_path):
    journal, out = tmp_path / VERDICTS, tmp_path / REFINEMENT
    append_verdicts(journal, make_checks(600))
    found = learn_certainty(journal, out)
    before = out.read_bytes()
    assert learn_certainty(journal, out) == found
    assert out.read_bytes() == before

    def known(day):
        return read_checks(journal, load_catalog(), (), as_of=day).refinement

    assert known(LAST) == found
    assert known(LAST - dt.timedelta(days=30)) is None


def test_too_few_checks_write_nothing(tmp_path):
    journal, out = tmp_path / VERDICTS, tmp_path / REFINEMENT
    append_verdicts(journal, make_checks(20))
    assert isinstance(learn_certainty(journal, out), Refused)
    assert not out.exists()


def test_another_file_in_its_place_is_named(tmp_path):
    (tmp_path / REFINEMENT).write_text("{}", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="不是学得的确定性"):
        read_checks(tmp_path / VERDICTS, load_catalog(), (), as_of=LAST)
