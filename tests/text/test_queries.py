import pytest

from pil_discovery.text.queries import query_fault


@pytest.mark.parametrize(
    "query",
    [
        "select 1",
        "SELECT a FROM t WHERE b = ';' ;",
        "with x as (select 1) select * from x -- ; drop table t",
        "/* ; */ (select 1) union (select 2);;",
        'select ";" from t where a = $$ ; $$ and b = $x$ ; $y$ ; $x$',
        r"select E'it\'s; one' from t",
        "select 'it''s; one', n$1 from t",
        "\n  select 名称 from 处罚 where 名称 like '%;%'",
    ],
)
def test_one_question_is_one_question(query):
    assert query_fault(query) == ""


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("", "是空的"),
        (" -- nothing\n;", "是空的"),
        ("select 1; drop table t", "有几条语句"),
        ("select 1; commit", "有几条语句"),
        ("delete from t", "以「delete」开头"),
        ("explain analyze select 1", "以「explain」开头"),
        ("copy t to program 'x'", "以「copy」开头"),
        ("select 'open", "没有成对"),
        ('select "open', "没有成对"),
        ("select /* open", "没有成对"),
        (r"select E'\'; drop table t; --'", ""),
        (r"select '\'; drop table t; --'", "有几条语句"),
        ("select 1 /* a /* b */ ' */ ; drop table t; --'", "注释里又有注释"),
        ("select $a$ ; $b$; drop table t", "有几条语句"),
    ],
)
def test_anything_else_is_refused(query, fault):
    found = query_fault(query)
    assert (fault in found) if fault else (found == "")
