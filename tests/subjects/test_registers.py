import pandas as pd
import pytest

from pil_discovery.catalog import load_datasets
from pil_discovery.subjects import link_codes
from pil_discovery.subjects.registers import coded_names, read_register

DATASETS = load_datasets()
A, B = "91990302MA990001XE", "91990302MA9900028E"
FULL = "瓯江市示例宏图置业有限公司"


def read(dataset, role="subject", **columns):
    frame = pd.DataFrame(columns, dtype="string")
    frames = {dataset: frame}
    clean = link_codes(frames, DATASETS)
    spec = DATASETS[dataset]
    return read_register((frame, clean[dataset]), spec, role, places=frozenset())


def test_a_permit_number_names_its_holder():
    found = read(
        "pollution_permit",
        permit_no=[f"{A}001P", "证-2"],
        uscc=[None, B],
        org_name=[FULL, FULL],
    )
    assert found.codes.tolist() == [A, B]
    assert (found.from_permit, len(found.open_rows)) == (1, 0)


def test_a_code_that_fails_its_check_says_nothing_and_the_name_is_read():
    found = read("penalty", party=[FULL], uscc=["91990302MA990001XA"])
    assert found.codes.isna().all()
    assert found.said["name"].tolist() == [FULL]


@pytest.mark.parametrize(
    "name", ["张伟", "某甲（房东）", "阿卜杜拉·买买提", "示例环保"]
)
def test_names_as_short_as_a_persons_are_counted_and_left(name):
    found = read("penalty", party=[name, None])
    assert (found.bare, found.silent, len(found.open_rows)) == (1, 1, 0)


def test_an_identity_number_makes_a_name_without_a_form_a_persons():
    identity = ["990302197001010009", "990302197001010009"]
    found = read("penalty", party=["欧阳上官娜娜", FULL], person_id=identity)
    assert found.bare == 1
    assert found.said["name"].tolist() == [FULL]


def test_the_register_tells_signs_apart_but_not_registered_names():
    found = read("penalty", party=["城关阿婆鱼圆老店", FULL])
    assert found.said["register"].tolist() == ["penalty", ""]


def test_an_old_organisation_code_is_kept_as_such():
    found = read("penalty", party=[FULL], uscc=[A[8:17]])
    assert found.said["organisation"].tolist() == [A[8:17]]


def test_names_beside_codes_are_read_once_each():
    frame = pd.DataFrame(
        {"party": [FULL, FULL, "", "乙公司"], "uscc": [A, A, B, B]}, dtype="string"
    )
    found = read("penalty", party=frame["party"], uscc=frame["uscc"])
    names = coded_names({"penalty": frame}, [found], DATASETS)
    assert sorted(zip(names["name"], names["code"], strict=True)) == [
        ("乙公司", f"uscc:{B}"),
        (FULL, f"uscc:{A}"),
    ]
