"""Fixtures of several rooms."""

import pytest

from tests import postgres


@pytest.fixture(scope="session")
def running_server():
    if why := postgres.missing():
        pytest.skip(why)
    with postgres.started() as server:
        yield server


@pytest.fixture
def server(running_server, monkeypatch):
    """A database server; the password of `reader` is in the environment."""
    monkeypatch.setenv("PIL_DB_PASSWORD", postgres.PASSWORD)
    return running_server
