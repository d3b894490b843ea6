import hashlib

import pytest

from pil_discovery.errors import ReadError
from pil_discovery.text.databases import Database, query_name, read_database

ENVIRON = {"PIL_DB_PASSWORD": "p@ss:w/rd", "PIL_DB_HOST": "库一", "SECRET": "x"}


def problems(text, environ=ENVIRON):
    with pytest.raises(ReadError) as caught:
        read_database(text, environ)
    return [str(p) for p in caught.value.problems]


def test_an_address_has_its_parts():
    found = read_database(
        "postgresql+psycopg://u:%40@10.1.2.3:5433/penalty?sslmode=require", {}
    )
    assert found == Database(
        "u", "@", "10.1.2.3", 5433, "penalty", (("sslmode", "require"),)
    )
    assert found.place == "10.1.2.3:5433/penalty"


def test_parts_may_stand_in_the_environment_and_are_taken_as_they_are():
    found = read_database(
        "postgresql+psycopg://u:${PIL_DB_PASSWORD}@${PIL_DB_HOST}/penalty", ENVIRON
    )
    assert (found.password, found.host) == ("p@ss:w/rd", "库一")


def test_the_whole_address_may_stand_in_the_environment():
    whole = {
        "PIL_DB_URL": "postgresql+psycopg://u:${PIL_DB_WORD}@h/d",
        "PIL_DB_WORD": "%40",
    }
    found = read_database(" ${PIL_DB_URL} ", whole)
    assert (found.password, found.host, found.name) == ("%40", "h", "d")


def test_what_libpq_settles_may_be_left_out():
    assert read_database("postgresql+psycopg:///?service=处罚库", {}).place == "处罚库/"
    socket = read_database("postgresql+psycopg:///d?host=/run/x&port=5433", {})
    assert socket.place == "/run/x:5433/d"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://u:secret@h/d", "不支持用「mysql」连接数据库"),
        ("sqlite:///a.db", "不支持用「sqlite」连接数据库；可用：postgresql+psycopg"),
        ("postgresql+psycopg2://u:secret@h/d", "「postgresql+psycopg2」"),
        ("数据/a.csv", "数据库地址的写法不对"),
        ("postgresql+psycopg://u:se@cret@h/d", "密码里的 @ 写成 %40"),
        ("postgresql+psycopg://u:secret@h:x/d", "端口不是数字"),
        ("postgresql+psycopg://u:secret@h", "没有库名"),
        ("postgresql+psycopg://u@h/d?password=secret", "不能写选项「password」"),
        ("postgresql+psycopg://u@h/d?options=-c%20x", "不能写选项「options」"),
        ("postgresql+psycopg://u@h/d?passfile=/etc/x", "不能写选项「passfile」"),
        ("postgresql+psycopg://u@h/d?port=1&port=2", "写了两次"),
        ("postgresql+psycopg://u:${PIL_DB_NONE}@h/d", "没有设置环境变量 PIL_DB_NONE"),
        ("${PIL_DB_NONE}", "没有设置环境变量 PIL_DB_NONE"),
        ("postgresql+psycopg://u:${SECRET}@h/d", "不能引用环境变量「SECRET」"),
        ("${SECRET}", "不能引用环境变量「SECRET」"),
    ],
)
def test_what_cannot_be_meant_is_told_without_the_password(address, words):
    told = "\n".join(problems(address))
    assert words in told
    assert "secret" not in told
    assert "cret" not in told


def test_all_mistakes_come_at_once():
    assert len(problems("mysql://u:${SECRET}@h:x/?a=1")) == 5


def test_a_name_holds_neither_user_nor_password():
    address = "postgresql+psycopg://user:${PIL_DB_PASSWORD}@h/d"
    digest = hashlib.sha256(b"select 1").hexdigest()
    assert query_name(address, "select 1", ENVIRON) == f"database:h/d#{digest[:12]}"
    assert query_name("?", "select 1", {}) == f"database:#{digest[:12]}"
    assert "p@ss" not in repr(read_database(address, ENVIRON))
