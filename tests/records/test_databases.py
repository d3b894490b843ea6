import gc
import hashlib
import os
import subprocess
import sys

import pytest

from pil_discovery.errors import ReadError
from pil_discovery.records.databases import Limits, ask
from pil_discovery.text.databases import read_database
from tests.postgres import OWNER_PASSWORD, PASSWORD

SETUP = (
    "DROP TABLE IF EXISTS cells, secrets",
    """CREATE TABLE cells (n int, amount numeric(12,2), share float8, day date,
    moment timestamptz, words text[], more jsonb, yes bool, price money)""",
    """INSERT INTO cells VALUES
    (2, NULL, 'NaN', '0044-03-15 BC', 'infinity', NULL, NULL, NULL, NULL),
    (1, 1.50, 0.1, '2024-01-05', '2024-01-01 04:00+08', '{甲,乙}',
     '{"a": 1.10}', true, 3.5)""",
    "CREATE TABLE secrets (n int)",
    "GRANT SELECT ON cells TO reader",
)


def question(server, query, *, url=None, limits=None):
    database = read_database(url or server.url(), os.environ)
    return ask(database, query, name="database:试", limits=limits)


def refusal(server, query, **more):
    with pytest.raises(ReadError) as caught:
        question(server, query, **more)
    told = str(caught.value)
    assert len(caught.value.problems) == 1
    assert "\n" not in told
    assert PASSWORD not in told
    assert caught.value.__cause__ is None
    return told


@pytest.fixture
def cells(server):
    server.run(*SETUP)
    return server


def test_an_answer_holds_what_the_server_has_whatever_its_settings(cells):
    answer = question(cells, "SELECT * FROM cells")
    assert answer.kinds == (
        *("int4", "numeric", "float8", "date", "timestamptz"),
        *("_text", "jsonb", "bool", "money"),
    )
    assert answer.rows == [
        (
            *("1", "1.50", "0.1", "2024-01-05", "2023-12-31 20:00:00+00"),
            *("{甲,乙}", '{"a": 1.10}', "t", "$3.50"),
        ),
        ("2", None, "NaN", "0044-03-15 BC", "infinity", None, None, None, None),
    ]


def test_rows_have_one_order_and_one_hash(cells):
    up = question(cells, "SELECT n, words FROM cells ORDER BY n")
    down = question(cells, "SELECT n, words FROM cells ORDER BY n DESC")
    assert up.rows == down.rows
    content = b"".join(up.lines())
    assert content.decode() == '["n","words"]\n["1","{甲,乙}"]\n["2",null]\n'
    assert up.sha256 == down.sha256 == hashlib.sha256(content).hexdigest()
    assert up.bytes == len(content)


def test_many_rows_come_in_chunks(cells):
    answer = question(cells, "SELECT g, g % 7 AS r FROM generate_series(1, 12000) g;")
    assert len(answer.rows) == 12_000
    assert {row[1] for row in answer.rows} == set("0123456")


def test_a_percent_sign_and_a_colon_are_only_signs(cells):
    answer = question(cells, "SELECT 'x%sy :name' AS a WHERE 'ab' LIKE 'a%'")
    assert answer.rows == [("x%sy :name",)]


def test_an_empty_answer_has_its_columns(cells):
    answer = question(cells, "SELECT n FROM cells WHERE false")
    assert (answer.headers, answer.rows) == (("n",), [])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * FROM nothing", "查询里的表或视图不存在"),
        ("SELECT * FROM nowhere.nothing", "不存在"),
        ("SELECT nothing FROM cells", "查询里的列不存在"),
        ("SELECT nothing(n) FROM cells", "查询里的函数不存在"),
        ("SELECT * FROM secrets", "没有读取的权限"),
        ("SELECT n FRM cells", "查询语句有误"),
        ("SELECT 1 / (n - 1) FROM cells", "查询在计算某一行时出错"),
        ("SELECT * INTO other FROM cells", "查询语句有误"),
        ("SELECT * FROM cells FOR UPDATE", "只读事务不允许"),
        ("DELETE FROM cells", "以「DELETE」开头"),
        ("SELECT 1; DROP TABLE cells", "有几条语句"),
        ("SELECT n, 'x'::bytea AS scan FROM cells", "类型 bytea 是二进制内容"),
    ],
)
def test_a_query_without_answer_gets_one_sentence(cells, query, words):
    assert words in refusal(cells, query)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_server_that_goes_away(cells):
    told = refusal(cells, "SELECT pg_terminate_backend(pg_backend_pid())")
    gc.collect()  # SQLAlchemy leaves the cursor of a lost connection to be collected
    # the last word of the server may or may not arrive before the connection is gone
    assert "服务器中断了查询" in told or "与服务器的连接断了" in told


def test_even_the_owner_changes_nothing(cells):
    owner = cells.url("owner", password="${PIL_DB_OWNER}")  # noqa: S106
    changes = (
        "WITH x AS (DELETE FROM cells RETURNING n) SELECT * FROM x",
        "SELECT setval('counter', 7)",
        "SELECT * FROM change()",
    )
    cells.run(
        "DROP SEQUENCE IF EXISTS counter",
        "CREATE SEQUENCE counter",
        "CREATE OR REPLACE FUNCTION change() RETURNS int LANGUAGE sql AS "
        "'DELETE FROM cells RETURNING n'",
    )
    os.environ["PIL_DB_OWNER"] = OWNER_PASSWORD
    try:
        told = [refusal(cells, query, url=owner) for query in changes]
        left = question(cells, "SELECT n FROM cells", url=owner)
    finally:
        del os.environ["PIL_DB_OWNER"]
    assert "不是单纯的读取" in told[0]
    assert "只读事务不允许" in told[1]
    assert "只读事务不允许" in told[2]
    assert len(left.rows) == 2


def test_a_slow_query_ends(cells):
    limits = Limits(seconds=0.2)
    assert "超过了时间限制" in refusal(cells, "SELECT pg_sleep(20)", limits=limits)


@pytest.mark.parametrize("limits", [Limits(rows=999), Limits(characters=1000)])
def test_too_much_is_told(cells, limits):
    query = "SELECT generate_series(1, 1000) AS n"
    assert "查询结果超过" in refusal(cells, query, limits=limits)


def test_who_is_not_let_in_is_told_why(cells):
    def told(**more):
        return refusal(cells, "SELECT 1", url=cells.url(**more))

    assert "用户名或密码不对" in told(password="不对的密码")  # noqa: S106
    assert "用户名或密码不对" in told(user="nobody")
    assert "服务器上没有这个库" in told(name="nothing")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+psycopg://u:p@127.0.0.1:1/d", "连不上服务器"),
        ("postgresql+psycopg:///d?host=/nowhere", "连不上服务器"),
        ("postgresql+psycopg:///?service=nothing", "没有这个 service 的定义"),
    ],
)
def test_a_server_that_is_not_there(cells, url, words):
    assert words in refusal(cells, "SELECT 1", url=url)


def test_a_password_may_come_from_the_password_file(cells, tmp_path, monkeypatch):
    file = tmp_path / "pgpass"
    kept = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    file.write_text(f"127.0.0.1:{cells.port}:pil:reader:{kept}\n", encoding="utf-8")
    file.chmod(0o600)
    url = cells.url().replace(":${PIL_DB_PASSWORD}", "")
    assert "用户名或密码不对" in refusal(cells, "SELECT 1", url=url)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert question(cells, "SELECT 1 AS n", url=url).rows == [("1",)]


def test_a_service_may_be_named(cells, tmp_path, monkeypatch):
    file = tmp_path / "pg_service.conf"
    told = f"host=127.0.0.1\nport={cells.port}\ndbname=pil\nuser=reader\n"
    file.write_text(f"[cases]\n{told}", encoding="utf-8")
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    url = "postgresql+psycopg:///?service=cases"
    assert question(cells, "SELECT 1 AS n", url=url).rows == [("1",)]


def test_a_chinese_server_encoding_is_converted_and_none_is_refused(cells):
    for name, encoding in (("eucdb", "EUC_CN"), ("asciidb", "SQL_ASCII")):
        cells.run(
            f"DROP DATABASE IF EXISTS {name}",
            f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' "
            "TEMPLATE template0",
            name="postgres",
        )
        cells.run(
            "CREATE TABLE t (a text)",
            "INSERT INTO t VALUES (convert_from('\\xb4a6b7a3', 'EUC_CN'))"
            if encoding == "EUC_CN"
            else "INSERT INTO t VALUES (E'\\xb4\\xa6')",
            "GRANT SELECT ON t TO reader",
            name=name,
        )
    euc = question(cells, "SELECT a FROM t", url=cells.url(name="eucdb"))
    assert euc.rows == [("处罚",)]
    told = refusal(cells, "SELECT a FROM t", url=cells.url(name="asciidb"))
    assert "不能按库声明的编码读出" in told


def test_without_the_optional_packages_the_command_is_told():
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from pil_discovery.records import ask\n"
        "from pil_discovery.text.databases import Database\n"
        "from pil_discovery.errors import ReadError\n"
        "try:\n"
        "    ask(Database('u', 'p', 'h', None, 'd'), 'select 1', name='x')\n"
        "except ReadError as error:\n"
        "    sys.stdout.buffer.write(str(error).encode())\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    told = run.stdout.decode()
    assert "没有安装" in told
    assert 'pip install --no-index --find-links 离线安装包文件夹 "pil_disc' in told


def test_reading_files_loads_no_database_client():
    code = (
        "import sys, pil_discovery.pipeline.reading\n"
        "print({'psycopg', 'sqlalchemy'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert run.stdout.strip() == b"set()"
