"""Where the data are of a minor, every profile that leaves the office shows less."""

from dataclasses import replace

import pytest

from pil_discovery.bundle import build, verify
from pil_discovery.types import Field
from tests.bundle import factory, planted

CHILD = {
    "学生姓名": "王小明",
    "出生日期": "2014-03-04",
    "就读学校": "示例区实验小学",
    "班级": "三年级2班",
    "监护人": "李大红",
    "家庭住址": "示例区示范街道幸福路8号3单元201室",
    "录音": "询问01.m4a",
}
SENTENCE = (
    "示例文身店（示例区实验小学门口）向年仅12岁的学生王小明、2014年3月4日出生，提供文身，"
    "其母亲李大红在示例区示范街道幸福路8号3单元201室接受询问，录音询问01.m4a。"
)
PLACE = "示例区示范街道实验小学东门北侧50米"
SECRETS = [
    *((k, v) for k, v in CHILD.items() if k != "出生日期"),
    ("birth", "2014年3月4日"),
    ("age", "12岁"),
    ("place", "东门北侧"),
]


def of_a_child(folder, profile, *, strict=True, name="示例文身店", **more):
    found = [
        factory.finding(
            1, name=name, sentence_zh=SENTENCE, place=PLACE, geometry=factory.SQUARE
        )
    ]
    request = factory.request(
        folder, name=name, findings=found, profile=profile, **more
    )
    row = next(dict(r) for r in request.rows)
    cells = {**row["cells"], **CHILD} if "cells" in row else None
    row = {**row, "cells": cells} if cells else {**row, **CHILD}
    pupil = Field(name="pupil", aliases=("学生姓名",), type="text", pii="name")
    contract = factory.DATASETS["land_contract"]
    datasets = {
        **factory.DATASETS,
        "land_contract": contract.model_copy(
            update={"fields": (*contract.fields, pupil)}
        ),
    }
    return replace(
        request, rows=[row, *request.rows[1:]], datasets=datasets, strict=strict
    )


@pytest.mark.parametrize("profile", ["agency", "court", "public"])
def test_nothing_that_tells_of_the_child_leaves_the_office(tmp_path, profile):
    built = build(of_a_child(tmp_path, profile))
    assert planted.leaks(built.path, SECRETS) == []
    assert verify(built.path).ok
    names = [p.name for p in built.path.rglob("*")]
    assert not any(n.endswith(".png") for n in names)
    text = "".join(planted.texts_of(built.path))
    assert "120.6" not in text  # nor where it was
    assert "示例文身店" in text  # whom the agency must act on
    assert "2014-03-04" not in text


def test_the_same_without_it_would_tell(tmp_path):
    """The search can find: the usual redaction leaves school, age and place."""
    built = build(of_a_child(tmp_path, "agency", strict=False))
    found = planted.leaks(built.path, SECRETS)
    assert len(found) >= 3
    assert any(p.suffix == ".png" for p in built.path.rglob("*"))


def test_the_office_itself_sees_everything(tmp_path):
    built = build(of_a_child(tmp_path, "internal"))
    text = "".join(planted.texts_of(built.path))
    assert "示例区实验小学" in text
    assert (built.path / "data/03_分析/maps/位置图.png").is_file()


def test_a_school_that_must_be_acted_on_is_named_to_the_agency_only(tmp_path):
    school = "示例区实验小学"
    for profile, named in (("agency", True), ("court", True), ("public", False)):
        request = of_a_child(tmp_path / profile, profile, name=school)
        text = "".join(planted.texts_of(build(request).path))
        assert (school in text) is named


def test_a_person_is_named_to_nobody(tmp_path):
    for profile in ("agency", "court", "public"):
        request = of_a_child(tmp_path / profile, profile, name="赵小六")
        text = "".join(planted.texts_of(build(request).path))
        assert "赵小六" not in text
