from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.catalog.strict import line_of, parse_yaml, read_yaml
from pil_discovery.errors import CatalogError


def parse(text):
    return parse_yaml(text, name="x.yaml")


def test_values_mean_what_they_look_like():
    text = "a: no\nb: [1, -2, 2.5, -3e4, .5]\nc: 2026-03-01\nd: ~\ne: true\nf: True\n"
    assert parse(text) == {
        "a": "no",
        "b": [1, -2, 2.5, -30000.0, 0.5],
        "c": "2026-03-01",
        "d": None,
        "e": True,
        "f": "True",
    }


def test_quoted_scalars_stay_text():
    assert parse("a: '012'\nb: \"true\"\nc: '1'\n") == {
        "a": "012",
        "b": "true",
        "c": "1",
    }


@pytest.mark.parametrize(
    "scalar",
    ["0330302", "-012", "0x1F", "0o17", "0b11", "1_000", "12:30:45", ".nan", "-.inf"],
)
def test_what_programs_read_differently_is_refused(scalar):
    with pytest.raises(CatalogError, match=r"x\.yaml：a（第 1 行）：.*读法不同"):
        parse(f"a: {scalar}")


@pytest.mark.parametrize("key", ["on", "off", "yes", "no", "On", "NO"])
def test_switch_keys_are_refused(key):
    with pytest.raises(CatalogError, match="真假值"):
        parse(f"{key}: 1")


def test_a_quoted_switch_key_is_text():
    assert parse("'on': 1") == {"on": 1}


@pytest.mark.parametrize("key", ["1", "true", "~", "<<", "2.5"])
def test_keys_are_text(key):
    with pytest.raises(CatalogError, match="不是文字"):
        parse(f"{key}: 1")


def test_a_mapping_is_no_key():
    with pytest.raises(CatalogError, match="键不是文字"):
        parse("? [a]: 1")


def test_every_duplicate_is_named_with_its_line():
    with pytest.raises(CatalogError) as caught:
        parse("a: 1\nb: 2\na: 3\nc:\n  d: 1\n  d: 2\n")
    places = [(p.where, p.what) for p in caught.value.problems]
    assert places == [("第 3 行", "键「a」重复"), ("c（第 6 行）", "键「d」重复")]


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x", "a: &x [1]\nb: [*x, *x]"])
def test_aliases_are_refused(text):
    with pytest.raises(CatalogError, match="不接受锚点和别名"):
        parse(text)


@pytest.mark.parametrize(
    "text", ["a: !!int 3", "a: !!python/object:os.system {}", "a: !x [1]"]
)
def test_tags_are_refused(text):
    with pytest.raises(CatalogError, match="不接受标签"):
        parse(text)


def test_a_syntax_error_has_a_place():
    with pytest.raises(CatalogError, match=r"x\.yaml：第 3 行.*YAML 语法错误"):
        parse("a: 1\nb: [1, 2\n")


@pytest.mark.parametrize("hostile", ["a: " + "[" * 10**6, "- " * 10**6, "{a: " * 10**5])
def test_deep_nesting_is_refused(hostile):
    with pytest.raises(CatalogError, match="嵌套太深"):
        parse(hostile)


def test_a_bom_is_read_over_and_gbk_is_refused(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeff名称: 示例\n".encode())
    assert read_yaml(path) == {"名称": "示例"}
    path.write_bytes("名称: 示例\n".encode("gbk"))
    with pytest.raises(CatalogError, match="不是 UTF-8"):
        read_yaml(path)


def test_a_missing_file_is_a_problem(tmp_path):
    with pytest.raises(CatalogError, match="读不了"):
        read_yaml(tmp_path / "no.yaml")


def test_empty_text_is_nothing():
    assert parse("# only a comment\n") is None


def test_line_of_finds_fields_and_falls_back_to_the_parent():
    text = "a:\n  - b: 1\n  - b: 2\n    c: 3\n"
    assert line_of(text, ("a", 1, "c"), name="x") == 4
    assert line_of(text, ("a", 1, "missing"), name="x") == 3
    assert line_of(text, (), name="x") == 1


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back(value):
    back = parse(f"a: {value!r}")["a"]
    assert math.isclose(back, value, rel_tol=0, abs_tol=0)


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused_in_words(text):
    with contextlib.suppress(CatalogError):
        parse(text)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 401, "9" * 5000])
def test_a_number_beyond_all_numbers_is_told(number):
    with pytest.raises(CatalogError, match="这个数太长或太大"):
        parse_yaml(f"value: {number}\n", name="x.yaml")
