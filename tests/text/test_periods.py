"""What a source covers, and how it is said."""

import datetime as dt

import pytest

from pil_discovery.catalog import load_datasets
from pil_discovery.records import read_table
from pil_discovery.text.periods import coverage_words, fact_period, source_words
from pil_discovery.types import Archive, Source

DATASETS = load_datasets()
HEAD = "合同编号,受让人,成交价,签订日期,约定竣工时间\n"


def read(folder, text):
    path = folder / "出让合同.csv"
    path.write_text(HEAD + text, encoding="utf-8")
    return read_table(path, DATASETS, wanted="land_contract")


def source(**more):
    given = {"dataset": "x", "file": "a.csv", "sha256": "a" * 64, "bytes": 1}
    return Source(**{**given, **more})


def test_the_period_is_that_of_facts_not_of_what_is_due(tmp_path):
    rows = "1,甲,5,2024-03-05,2029-01-01\n2,乙,6,2021-01-02,2030-01-01\n"
    assert read(tmp_path, rows).sources[0].period == ("2021-01-02", "2024-03-05")


def test_a_month_reaches_to_its_last_day(tmp_path):
    assert read(tmp_path, "1,甲,5,2024年2月,\n").sources[0].period == (
        "2024-02-01",
        "2024-02-29",
    )


def test_rows_that_were_set_aside_do_not_count(tmp_path):
    rows = "1,甲,5,2024-03-05,\n,乙,6,1999-01-02,\n"
    assert read(tmp_path, rows).sources[0].period == ("2024-03-05", "2024-03-05")


@pytest.mark.parametrize("rows", ["1,甲,5,,2029-01-01\n", "1,甲,5,无,\n"])
def test_without_dates_there_is_no_period(tmp_path, rows):
    assert read(tmp_path, rows).sources[0].period is None


def test_without_a_data_set_there_is_no_period(tmp_path):
    frame = read(tmp_path, "1,甲,5,2024-03-05,\n").frame
    assert fact_period(frame, None) is None


def test_what_is_not_known_is_said():
    words = source_words(source())
    assert words == {
        "提供单位": "未提供",
        "取得日期": "未提供",
        "数据时段": "未提供（无日期）",
        "SHA-256": "a" * 64,
    }
    assert "" not in source_words(source(kind="image")).values()
    assert source_words(source(kind="image"))["使用许可"] == "未提供"
    assert source_words(source(kind="layer"))["有效期"] == "未提供"


def test_everything_known_is_said():
    known = source(
        issuer="示例区税务局",
        obtained="2026-09-29",
        period=("2024-01-02", "2026-09-10"),
        archive=Archive(file="税务.zip", sha256="b" * 64),
    )
    words = source_words(known, dt.date(2026, 9, 30))
    assert words["数据时段"] == "2024-01-02至2026-09-10（止于基准日前20天）"
    assert words["压缩包"] == f"税务.zip（SHA-256 {'b' * 64}）"
    assert "止于" not in source_words(known, dt.date(2026, 9, 1))["数据时段"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"valid_from": "2021-11-01"}, "有效期2021-11-01起"),
        ({"valid_to": "2025-01-01"}, "有效期至2025-01-01"),
        (
            {"valid_from": "2021-11-01", "valid_to": "2025-01-01"},
            "有效期2021-11-01至2025-01-01",
        ),
        (
            {"period": ("2021-11-01", "2021-11-01")},
            "有效期未提供；数据时段2021-11-01",
        ),
    ],
)
def test_a_layer_says_how_long_it_is_valid(more, words):
    assert coverage_words(source(kind="layer", **more)) == words


def test_a_picture_says_its_day_and_licence():
    picture = source(kind="image", period=("2026-07-12", "2026-07-12"))
    assert coverage_words(picture) == "成像日期2026-07-12；使用许可未提供"
