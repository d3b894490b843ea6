import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.catalog.pair_model import load_pair_model
from pil_discovery.subjects.identities import identify
from pil_discovery.subjects.registers import SAID
from pil_discovery.types.linking import Review

MODEL = load_pair_model()
A, B, C = "91990302MA990001XE", "91990302MA9900028E", "91990302MA99000369"
FULL = "瓯江市示例宏图置业有限公司"
TURNED = "示例宏图置业（瓯江市）有限责任公司"
SLIP = "瓯江市示例洪图置业有限公司"
OTHER = "瓯江市示例远山建筑有限公司"


def party(name, code="", register="", region="", organisation=None):
    inside = code[8:17] if organisation is None else organisation
    written = f"uscc:{code}" if code else ""
    return (name, written, inside, region, "", register)


def linked(*parties, reviews=()):
    said = pd.DataFrame(parties, columns=list(SAID))
    return identify(said, MODEL, places=frozenset(), reviews=reviews)


def ids(*parties, reviews=()):
    found = linked(*parties, reviews=reviews).parties["subject_id"]
    return [None if pd.isna(name) else name for name in found]


def test_a_code_is_its_own_subject_and_a_full_name_finds_it():
    assert ids(party(FULL, A), party(FULL), party(OTHER, B)) == [A, A, B]


def test_a_spelling_without_a_code_is_tied_by_likeness_and_says_how():
    found = linked(party(FULL, A), party(TURNED), party(OTHER, B))
    row = found.parties.iloc[1]
    assert (row["subject_id"], row["subject_code"], row["other"]) == (A, A, FULL)
    assert MODEL.same_from <= row["probability"] < 1
    assert found.parties["other"].notna().tolist() == [False, True, False]
    (link,) = found.links.to_dict("records")
    assert (link["decision"], link["by"]) == ("same", "likeness")


def test_the_full_name_of_two_firms_leaves_a_row_in_no_subject():
    found = linked(party(FULL, A), party(FULL, B), party(FULL))
    assert found.parties["subject_id"].tolist()[:2] == [A, B]
    assert pd.isna(found.parties["subject_id"].iloc[2])
    assert set(found.links["by"]) == {"open"}
    assert len(found.links) == 2


def test_the_region_tells_two_firms_of_one_name_apart():
    parties = [
        party(FULL, A, region="330302"),
        party(FULL, B, region="310101"),
        party(FULL, region="330302"),
    ]
    assert ids(*parties) == [A, B, A]


def test_likeness_to_two_firms_is_left_to_a_person():
    other = FULL.replace("有限公司", "有限责任公司")
    for name in (TURNED, SLIP):
        found = linked(party(FULL, A), party(other, B), party(name))
        assert found.parties["subject_id"].iloc[2] not in {A, B}
        assert found.links["by"].tolist() == ["open", "open"]
        assert (found.links["decision"] == "review").all()


def test_a_legacy_organisation_code_is_the_firm_that_holds_it():
    legacy = ("", "", A[8:17], "", "", "penalty")
    assert ids(party(FULL, A), legacy) == [A, A]
    strange = ("", "", "123456788", "", "", "penalty")
    assert ids(party(FULL, A), strange)[1] != A


def test_a_person_who_said_so_joins_what_nothing_else_does():
    parties = [party(FULL, A), party("老字号宏图老店", register="penalty")]
    before = linked(*parties)
    assert before.parties["subject_id"].iloc[1] != A
    keys = tuple(sorted(before.parties["key"]))
    said = Review(
        pair="x", keys=keys, decision="same", by="甲", on="2026-09-01", why="现场"
    )
    review = said.model_copy(update={"pair": pair_of(before)})
    found = linked(*parties, reviews=[review])
    assert found.parties["subject_id"].tolist() == [A, A]
    assert found.links["by"].tolist() == ["person"]
    assert found.parties["other"].isna().all()


def pair_of(found):
    from pil_discovery.subjects.reviews import pair_ids

    pairs = pd.DataFrame({"first": [0], "second": [1]})
    return pair_ids(pairs, list(found.parties["key"]))[0]


def test_a_person_who_held_them_apart_is_heard():
    parties = [party(FULL, A), party(TURNED)]
    (link,) = linked(*parties).links.to_dict("records")
    review = Review(pair=link["pair"], decision="different", by="甲", on="2026-09-01")
    assert ids(*parties, reviews=[review])[1] != A


def test_nobody_can_say_that_two_codes_are_one():
    parties = [party(FULL, A), party(FULL, B), party(TURNED)]
    links = linked(*parties).links.to_dict("records")
    both = [
        Review(pair=link["pair"], decision="same", by="甲", on="2026-09-01")
        for link in links
    ]
    found = ids(*parties, reviews=both)
    assert found[:2] == [A, B]
    assert found[2] not in {A, B}


NAMES = (FULL, TURNED, SLIP, OTHER, "示例宏图置业", "示例远山建筑公司")
PARTIES = st.lists(
    st.builds(
        party,
        st.sampled_from(NAMES),
        st.sampled_from(["", "", A, B, C]),
        register=st.sampled_from(["", "penalty"]),
    ),
    min_size=1,
    max_size=7,
    unique=True,
)


@settings(max_examples=20, deadline=None)
@given(PARTIES, st.randoms(use_true_random=False))
def test_order_changes_nothing_and_no_subject_has_two_codes(parties, random):
    found = linked(*parties)
    order = list(range(len(parties)))
    random.shuffle(order)
    moved = linked(*(parties[n] for n in order))
    columns = ["subject_id", "subject_code", "probability", "other"]
    before = found.parties.loc[order, columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(before, moved.parties[columns])
    assert sorted(found.links["pair"]) == sorted(moved.links["pair"])
    for (_, code, *_), name in zip(parties, found.parties["subject_id"], strict=True):
        if code:
            assert name == code.removeprefix("uscc:")


@settings(max_examples=10, deadline=None)
@given(PARTIES)
def test_what_was_decided_decides_the_same_again(parties):
    found = linked(*parties)
    kept = [
        Review(pair=pair, keys=keys, decision="same", by="甲", on="2026-09-01")
        for pair, keys, by in zip(
            found.links["pair"], found.links["keys"], found.links["by"], strict=True
        )
        if by in ("full_name", "likeness")
    ]
    again = linked(*parties, reviews=kept)
    pd.testing.assert_series_equal(
        found.parties["subject_id"], again.parties["subject_id"]
    )


def crowd(name, size):
    return [(name, "", "", "", f"示例路{n}号", "") for n in range(size)]


def test_a_crowd_of_one_name_is_tied_to_the_one_code_of_that_name():
    parties = [party(FULL, A), *crowd(FULL, 1100), party(TURNED), party(OTHER, B)]
    assert ids(*parties) == [A] * 1102 + [B]


def test_a_crowd_of_a_name_with_two_codes_is_in_no_subject():
    parties = [party(FULL, A), party(FULL, B), *crowd(FULL, 1100)]
    assert ids(*parties) == [A, B, *[None] * 1100]
