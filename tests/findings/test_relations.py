"""A model file is untrusted: it reads, writes, loads and changes nothing."""

import pyarrow as pa
import pytest

from pil_discovery.errors import ModelError
from pil_discovery.findings.relations import Relations


def run(sql, **options):
    with Relations("test/attack", {"as_of": 1}, **options) as relations:
        relations.load("bill", pa.table({"no": ["a", "b"]}))
        return relations.create("found", sql, "steps")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT * FROM read_csv('{file}')", "执行失败"),
        ("SELECT * FROM read_text('{file}')", "执行失败"),
        ("SELECT * FROM '{file}'", "执行失败"),
        ("SELECT * FROM glob('/*')", "执行失败"),
        ("SELECT * FROM read_csv('https://example.org/a.csv')", "执行失败"),
        ("SELECT * FROM read_parquet('s3://bucket/a.parquet')", "执行失败"),
        ("COPY bill TO '{file}'", "只允许 SELECT"),
        ("ATTACH '{file}' AS other", "只允许 SELECT"),
        ("INSTALL httpfs", "只允许 SELECT"),
        ("LOAD httpfs", "只允许 SELECT"),
        ("PRAGMA database_list", "只允许 SELECT"),
        ("SET memory_limit='100GB'", "只允许 SELECT"),
        ("CREATE TABLE x AS SELECT 1", "只允许 SELECT"),
        ("DROP TABLE bill", "只允许 SELECT"),
        ("DELETE FROM bill", "只允许 SELECT"),
        ("EXPORT DATABASE '{file}'", "只允许 SELECT"),
        ("SELECT 1; SELECT 2", "只能有一条语句"),
        ("SELECT 1; COPY bill TO '{file}'", "只能有一条语句"),
        ("", "只能有一条语句"),
        ("SELECT getenv('HOME')", "随时间或随机变化"),
        ("SELECT random()", "随时间或随机变化"),
        ("SELECT current_date", "随时间或随机变化"),
        ("SELECT $unknown", "没有声明的参数"),
        ("SELEC 1", "无法解析"),
    ],
)
def test_what_is_no_plain_select_is_refused(tmp_path, sql, words):
    file = tmp_path / "secret.csv"
    file.write_text("a\ncanary\n")
    with pytest.raises(ModelError, match=words) as refused:
        run(sql.format(file=file))
    assert "canary" not in str(refused.value)
    assert "test/attack" in str(refused.value)
    assert file.read_text() == "a\ncanary\n"


def test_a_recursion_without_end_is_stopped():
    endless = (
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n FROM t) "
        "SELECT count(*) FROM t"
    )
    with pytest.raises(ModelError, match="SQL 运行超过 1 秒，已停止"):
        run(endless, longest_s=1)


def test_a_memory_bomb_is_stopped():
    bomb = "SELECT list(i) FROM range(200_000_000) r(i)"
    with pytest.raises(ModelError, match="超过限制，已停止"):
        run(bomb, memory="100MB")


def test_a_plain_select_runs():
    assert run("SELECT no FROM bill WHERE $as_of = 1") == 2
