"""Why a database did not answer, whatever tongue its server speaks."""

import pytest

from pil_discovery.records.refusals import connection_problem
from pil_discovery.text.databases import Database

PLACE = 'connection failed: connection to server at "127.0.0.1", port 1 failed: '


@pytest.mark.parametrize(
    ("message", "what"),
    [
        ('FATAL:  database "无" does not exist', "服务器上没有这个库"),
        ('致命错误:  数据库 "无" 不存在', "服务器上没有这个库"),
        ('FATAL:  role "某" does not exist', "用户名或密码不对"),
        ('致命错误:  角色 "某" 不存在', "用户名或密码不对"),
        ('致命错误:  用户 "某" Password 认证失败', "用户名或密码不对"),
        ('致命错误:  访问数据库"无"的权限不够', "没有连接这个库的权限"),
        ("致命错误:  没有用于主机的 pg_hba.conf 记录", "服务器不许这个用户从本机连接"),
    ],
)
def test_a_server_may_answer_in_chinese(message, what):
    database = Database("某", "密码很长", "127.0.0.1", 1, "无")
    told = connection_problem(Exception(PLACE + message), "库", database)
    plain = message.split(":  ")[1]
    assert told.what == f"{what}（{plain}）"
    assert told.remedy
