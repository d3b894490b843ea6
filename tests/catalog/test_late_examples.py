"""Examples that wait are the same examples, and their mistakes are told in full."""

import pickle

import pytest

from pil_discovery.catalog import load_catalog, models_folder
from pil_discovery.catalog.late_examples import LateExamples, before_examples
from pil_discovery.catalog.nouns import read_document
from pil_discovery.errors import CatalogError

SHIPPED = sorted((models_folder() / "screening").rglob("*.yaml"))


def test_the_library_is_the_same_whether_its_examples_wait_or_not():
    late, whole = load_catalog().models, load_catalog(root=models_folder()).models
    assert late == whole
    assert {type(m.examples) for m in whole.values()} == {tuple}
    assert {type(m.examples) for m in late.values()} == {LateExamples}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_the_part_without_examples_is_short_of_them_alone(path):
    whole = read_document(path, name="x.yaml")
    part = read_document(path, name="x.yaml", part=before_examples)
    assert "examples" not in part.value
    assert {**part.value, "examples": whole.value["examples"]} == whole.value
    assert (part.text, part.sha256) == (whole.text, whole.sha256)


@pytest.mark.parametrize(
    "text",
    [
        "examples:\n  - name: x\nid: later\n",
        "examples: []\n",
        "examples:  # none\n  - name: x\n",
        "why: |\n  examples:\n  - name: x\n",
        "examples:\n  - name: x\n---\nid: other\n",
        "id: x\n",
    ],
)
def test_where_examples_are_not_plainly_the_last_part_all_is_read(text):
    assert before_examples(text) == text


@pytest.mark.parametrize(
    "tail", ["  - name: x\n", "- name: x\n  why: y\n", "\n  # none so far\n\n", ""]
)
def test_examples_at_the_end_are_left_off(tail):
    assert before_examples(f"id: x\nexamples:\n{tail}") == "id: x\n"


def _late(tmp_path, change):
    file = tmp_path / "x.yaml"
    file.write_text(change(SHIPPED[0].read_text(encoding="utf-8")), encoding="utf-8")
    document = read_document(file, name="x.yaml", part=before_examples)
    return LateExamples(document)


def test_a_mistake_in_an_example_that_waited_is_told_with_its_line(tmp_path):
    late = _late(tmp_path, lambda text: text + "  - nam: x\n")
    with pytest.raises(CatalogError) as told:
        len(late)
    lines = [str(p) for p in told.value.problems]
    assert any("不认识的字段「nam」" in line for line in lines)
    assert all(line.startswith("x.yaml") and "行）" in line for line in lines)
    assert not any("origin" in line for line in lines)


def test_what_waits_travels_to_another_process_unread(tmp_path):
    late = _late(tmp_path, lambda text: text)
    there = pickle.loads(pickle.dumps(late))  # noqa: S301 -- our own bytes
    assert there == late
    assert list(there) == list(late)
    assert there[:1] == tuple(late)[:1]
