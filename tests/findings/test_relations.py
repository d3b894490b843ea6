"""A model file is untrusted: it reads, writes, loads and changes nothing."""

import duckdb
import pyarrow as pa
import pytest

from pil_discovery.errors import ModelError
from pil_discovery.findings.relations import Relations
from pil_discovery.findings.safety import faults


def run(sql, **options):
    with Relations("test/attack", {"as_of": 1}, **options) as relations:
        relations.load("bill", pa.table({"no": ["a", "b"]}))
        return relations.create("found", sql, "steps")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT * FROM read_csv('{file}')", "FROM 里不得使用函数：read_csv"),
        ("SELECT * FROM read_text('{file}')", "FROM 里不得使用函数：read_text"),
        ("SELECT * FROM \"READ_BLOB\"('{file}')", "FROM 里不得使用函数：read_blob"),
        ("SELECT (SELECT content FROM read_text('{file}'))", "不得使用函数：read_text"),
        ("FROM bill JOIN LATERAL (FROM read_text('{file}')) ON TRUE", "read_text"),
        ("SELECT * FROM '{file}'", "执行失败"),
        ("SELECT * FROM 's3://bucket/a.parquet'", "执行失败"),
        ("SELECT * FROM glob('/*')", "FROM 里不得使用函数：glob"),
        ("SELECT * FROM read_csv('https://example.org/a.csv')", "不得使用函数"),
        ("SELECT * FROM read_parquet('s3://bucket/a.parquet')", "不得使用函数"),
        ("SELECT * FROM query('SELECT ' || 'random()')", "FROM 里不得使用函数：query"),
        ("SELECT * FROM query_table('bill')", "FROM 里不得使用函数：query_table"),
        ("SELECT * FROM duckdb_settings()", "FROM 里不得使用函数：duckdb_settings"),
        ("SELECT * FROM arrow_scan(1, 2, 3)", "FROM 里不得使用函数：arrow_scan"),
        ("CALL enable_logging(storage_path='{file}')", "只允许 SELECT"),
        ("SELECT * FROM enable_logging(storage_path='{file}')", "enable_logging"),
        ("SELECT write_log('x')", "随时间或随机变化的函数：write_log"),
        ("SELECT sleep_ms(10000000)", "随时间或随机变化的函数：sleep_ms"),
        ("COPY bill TO '{file}'", "只允许 SELECT"),
        ("ATTACH '{file}' AS other", "只允许 SELECT"),
        ("INSTALL httpfs", "只允许 SELECT"),
        ("LOAD httpfs", "只允许 SELECT"),
        ("PRAGMA database_list", "只允许 SELECT"),
        ("PRAGMA enable_profiling", "只允许 SELECT"),
        ("DETACH memory", "只允许 SELECT"),
        ("CREATE MACRO m() AS 1", "只允许 SELECT"),
        ("PREPARE p AS SELECT 1", "只允许 SELECT"),
        ("USE memory", "只允许 SELECT"),
        ("CHECKPOINT", "只允许 SELECT"),
        ("IMPORT DATABASE '{file}'", "只允许 SELECT"),
        ("SET memory_limit='100GB'", "只允许 SELECT"),
        ("CREATE TABLE x AS SELECT 1", "只允许 SELECT"),
        ("DROP TABLE bill", "只允许 SELECT"),
        ("DELETE FROM bill", "只允许 SELECT"),
        ("EXPORT DATABASE '{file}'", "只允许 SELECT"),
        ("SELECT 1; SELECT 2", "只能有一条语句"),
        ("SELECT 1; COPY bill TO '{file}'", "只能有一条语句"),
        ("", "只能有一条语句"),
        ("SELECT getenv('HOME')", "执行失败"),
        ("SELECT random()", "随时间或随机变化"),
        ("SELECT current_date", "随时间或随机变化"),
        ("SELECT current_localtimestamp", "随时间或随机变化"),
        ('SELECT "now"()', "随时间或随机变化的函数：now"),
        ("SELECT main.random()", "随时间或随机变化的函数：random"),
        ("SELECT E'\\'', random(), ''", "随时间或随机变化的函数：random"),
        ("SELECT /* ' */ random() /* ' */", "随时间或随机变化的函数：random"),
        ("SELECT age(DATE '2020-01-01')", "随时间或随机变化的函数：age"),
        ("SELECT ago(INTERVAL 1 DAY)", "随时间或随机变化的函数：ago"),
        ("SELECT * FROM range(random()::INT)", "随时间或随机变化的函数：random"),
        ("SELECT * FROM bill ORDER BY uuid()", "随时间或随机变化的函数：uuid"),
        ("SELECT * FROM bill USING SAMPLE 1", "不得抽样"),
        ("SELECT repeat('x', 4_000_000_000)", "凭空生成大块内容的函数：repeat"),
        ("SELECT lpad('x', 4_000_000_000, 'x')", "大块内容的函数：lpad"),
        ("SELECT rpad('x', $as_of, 'x')", "大块内容的函数：rpad"),
        ("SELECT format('{{:>4000000000}}', 'x')", "大块内容的函数：format"),
        ("SELECT printf('%*d', 4000000000, 1)", "大块内容的函数：printf"),
        ("SELECT * FROM bill TABLESAMPLE 50%", "不得抽样"),
        ("PIVOT bill ON no USING count(*)", "只能有一条语句|不受支持|只允许 SELECT"),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "无法解析"),
        ("SELECT '" + "x" * 100_001 + "'", "超过 100000 个的上限"),
        ("SELECT " + "CASE WHEN TRUE THEN " * 400 + "1" + " END" * 400, "嵌套过深"),
        ("SELECT * FROM " + "(FROM " * 120 + "bill" + ")" * 120, "嵌套过深"),
        ("WITH x AS (INSERT INTO bill VALUES ('c') RETURNING *) FROM x", "只能读取"),
        ("WITH x AS (DELETE FROM bill RETURNING *) SELECT * FROM x", "只能读取"),
        ("WITH x AS (COPY bill TO '{file}') SELECT 1", "只能读取"),
        (
            "SELECT (WITH x AS (UPDATE bill SET no = 'z' RETURNING *) SELECT 1 FROM x)",
            "只能读取",
        ),
        ("SELECT * FROM (SHOW ALL TABLES)", "不得使用 SHOW"),
        ("SELECT * FROM (SUMMARIZE bill)", "不得使用 SHOW"),
        ("SELECT * FROM (DESCRIBE bill)", "不得使用 SHOW"),
        ("SELECT * FROM information_schema.tables", "引擎自己的表或库名：information"),
        ("SELECT * FROM pg_settings", "引擎自己的表或库名：pg_settings"),
        ("SELECT * FROM PG_Catalog.pg_class", "引擎自己的表或库名"),
        ("SELECT * FROM duckdb_databases", "引擎自己的表或库名"),
        ("SELECT (SELECT max(name) FROM sqlite_master)", "引擎自己的表或库名"),
        ("SELECT * FROM system.main.duckdb_tables", "引擎自己的表或库名"),
        ("SELECT * FROM temp.main.bill", "引擎自己的表或库名：temp.main.bill"),
        ("UPDATE EXTENSIONS", "只允许 SELECT 语句"),
        ("SELECT '\ud800'", "不能书写的字符"),
        ("SELECT 'a\x00b'", "不能书写的字符"),
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


def test_a_table_may_be_called_as_the_engine_calls_its_own_elsewhere():
    with Relations("test/plain", {}) as relations:
        relations.load("tables", pa.table({"columns": ["a"]}))
        sql = "WITH schemata AS (SELECT * FROM tables) SELECT columns FROM schemata"
        assert relations.create("views", sql, "steps") == 1


def test_a_recursion_without_end_is_stopped():
    endless = (
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n FROM t) "
        "SELECT count(*) FROM t"
    )
    with pytest.raises(ModelError, match="SQL 运行超过 1 秒，已停止"):
        run(endless, longest_s=1)


@pytest.mark.parametrize(
    "bomb",
    [
        "SELECT list(i) FROM range(200_000_000) r(i)",
        "SELECT string_agg(lpad('x', 1000, 'x'), '') FROM range(1_000_000)",
    ],
)
def test_a_memory_bomb_is_stopped(bomb):
    with pytest.raises(ModelError, match="超过限制，已停止"):
        run(bomb, memory="100MB")


def test_a_product_without_condition_is_stopped():
    product = "SELECT count(*) FROM range(10_000_000) a(i), range(10_000_000) b(j)"
    with pytest.raises(ModelError, match="SQL 运行超过 1 秒，已停止"):
        run(f"{product} WHERE hash(i, j) = 7", longest_s=1)


def test_every_function_of_the_engine_that_is_not_steady_is_refused():
    rows = duckdb.sql(
        "SELECT DISTINCT function_name FROM duckdb_functions() "
        "WHERE stability <> 'CONSISTENT'"
    ).fetchall()
    names = sorted(name for (name,) in rows)
    assert len(names) > 20
    allowed = [n for n in names if not faults(f'SELECT "{n}"()')]
    assert allowed == []


def test_every_function_of_the_engine_that_reads_or_changes_it_is_refused():
    rows = duckdb.sql(
        "SELECT DISTINCT function_name FROM duckdb_functions() "
        "WHERE function_type LIKE 'table%'"
    ).fetchall()
    allowed = {n for (n,) in rows if not faults(f'SELECT * FROM "{n}"()')}
    assert allowed == {"generate_series", "range", "unnest"}


def test_a_word_in_a_text_or_a_comment_or_a_column_is_no_call():
    assert faults("SELECT 'random()' AS now, b.current_date -- today()\nFROM b") == ()


def test_what_rules_need_is_allowed():
    plain = "SELECT format('{:.2f}', 1.5), lpad(no, 12, '0') FROM bill"
    months = (
        "SELECT unnest(range(DATE '2020-01-01', DATE '2020-03-01', INTERVAL 1 MONTH))"
    )
    assert faults(plain) == faults(months) == ()


def test_a_plain_select_runs():
    assert run("SELECT no FROM bill WHERE $as_of = 1") == 2


@pytest.mark.parametrize(
    "condition",
    ["x > 1", "x = 'NaN'", "x <> 1", "x IS NULL", "x NOT IN (1, 2)", "x < 2 OR x > 2"],
)
def test_the_engine_itself_filters_what_it_reads_where_it_stands(condition):
    """Arrow takes NaN for smaller than nothing, DuckDB for larger than all."""
    values = [1.0, 2.0, None, float("nan"), float("inf"), -1.0]
    with Relations("test/filters", {}) as relations:
        relations.load("a", pa.table({"x": values}))
        relations.create("b", "SELECT x + 0 AS x FROM a", "steps")
        there, here = (
            relations.select(f"SELECT x FROM {name} WHERE {condition} ORDER BY x")
            for name in "ab"
        )
        assert str(there) == str(here)


def test_a_table_is_read_where_it_stands():
    rows = pa.table({"x": range(2**20)})
    with Relations("test/room", {}, memory="8MB") as relations:
        relations.load("a", rows)
        assert relations.create("b", "SELECT sum(x) AS x FROM a", "steps") == 1
        assert relations.select("SELECT x FROM b")["x"].to_pylist() == [2**39 - 2**19]
