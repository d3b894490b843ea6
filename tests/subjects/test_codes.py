"""Codes as keys between registers."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.catalog import load_catalog
from pil_discovery.subjects.codes import link_codes, recovered_codes
from pil_discovery.text.check_digits import org_check_digit, uscc_check_digit
from pil_discovery.text.pseudonyms import pseudonym

DATASETS = load_catalog().datasets


def credit_code(body, place="91990302"):
    """A credit code around a right organisation code."""
    short = body + org_check_digit(body)
    return f"{place}{short}" + uscc_check_digit(f"{place}{short}")


FIRM, OTHER = credit_code("MA2AAAAA"), credit_code("MA2BBBBB")


def frame(**columns):
    return pd.DataFrame({k: pd.array(v, dtype="string") for k, v in columns.items()})


def joined(**frames):
    return link_codes(frames, DATASETS)


def codes(**frames):
    return {n: f["uscc"].tolist() for n, f in joined(**frames).items()}


def test_an_organisation_code_joins_by_the_only_credit_code_around_it():
    old = frame(uscc=[FIRM[8:17], FIRM, None])
    found = codes(penalty=old, farm=frame(uscc=[FIRM, OTHER]))
    assert found["penalty"][:2] == [FIRM, FIRM]
    assert pd.isna(found["penalty"][2])
    assert old["uscc"][0] == FIRM[8:17]


def test_of_two_credit_codes_around_one_organisation_code_none_is_taken():
    twin = credit_code("MA2AAAAA", place="92990302")
    found = codes(penalty=frame(uscc=[FIRM[8:17]]), farm=frame(uscc=[FIRM, twin]))
    assert pd.isna(found["penalty"][0])


def test_what_was_recovered_is_counted():
    old = frame(uscc=[FIRM[8:17], FIRM, None])
    told = recovered_codes({"penalty": old, "farm": frame(uscc=[FIRM])}, DATASETS)
    assert {name: note.value for name, note in told.items()} == {"penalty": "补 1 格"}
    assert recovered_codes({"farm": frame(uscc=[FIRM])}, DATASETS) == {}


def test_a_slip_with_one_reading_joins_by_it_and_one_without_does_not():
    typed = FIRM.replace("0", "O", 1)
    wrong = FIRM[:-1] + ("1" if FIRM[-1] != "1" else "2")
    found = codes(penalty=frame(uscc=[typed, wrong, f"{FIRM}001P", FIRM]))["penalty"]
    assert [found[i] for i in (0, 2, 3)] == [FIRM] * 3
    assert pd.isna(found[1])


def test_pseudonyms_of_right_numbers_join_and_others_do_not():
    right = pseudonym("99030219850312009X", b"salt")
    wrong = pseudonym("990302198503120091", b"salt", right=False)
    columns = frame(person_id=[right, wrong], uscc=[right, wrong])
    found = joined(penalty=columns)["penalty"]
    assert found["person_id"][0] == right
    assert pd.isna(found["person_id"][1])
    assert found["uscc"].isna().all()


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8))
def test_any_code_is_found_again_from_its_inner_one(body):
    code = credit_code(body)
    found = codes(penalty=frame(uscc=[code[8:17]]), farm=frame(uscc=[code]))
    assert found["penalty"] == [code]
