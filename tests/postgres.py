"""A PostgreSQL server of the tests' own: its folder, its port, its users, PostGIS."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

OWNER_PASSWORD = "所有者 p@ss:w/rd"  # noqa: S105
REFERENCE = "${PIL_DB_PASSWORD}"
PASSWORD = "只读 s3cr:et@x/y"  # noqa: S105


@dataclass(frozen=True)
class Server:
    """A running server with the database `pil`; `reader` may only read."""

    port: int

    def url(self, user="reader", name="pil", *, password=REFERENCE):
        return f"postgresql+psycopg://{user}:{password}@127.0.0.1:{self.port}/{name}"

    def run(self, *statements, name="pil"):
        """Run statements as the owner, each for itself."""
        import psycopg

        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="owner",
            password=OWNER_PASSWORD,
            dbname=name,
            autocommit=True,
        ) as connection:
            for statement in statements:
                connection.execute(statement)


def missing():
    """Say why no server can be started here, or nothing."""
    folder = programs()
    if folder is None:
        return "没有 PostgreSQL 服务器程序（apt-get install postgresql）"
    # Debian keeps extensions below share/postgresql/<version>, others beside bin
    share = subprocess.run(
        [folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=True
    )
    if not (Path(share.stdout.strip()) / "extension" / "postgis.control").is_file():
        return "没有 PostGIS（apt-get install postgresql-postgis）"
    return ""


def programs():
    """Return the folder with `initdb` and `postgres`, the newest version first."""
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda p: int(p.parent.name) if p.parent.name.isdecimal() else 0,
        reverse=True,
    )
    found = shutil.which("initdb")
    places = [*packaged, *([Path(found).resolve().parent] if found else [])]
    return next((p for p in places if (p / "initdb").is_file()), None)


@contextlib.contextmanager
def started():
    """Start a server in a folder of its own, on a free port, and stop it at the end.

    PostgreSQL refuses to run as root; then it runs as the first plain user there is.
    """
    who = _plain_user()
    with tempfile.TemporaryDirectory(prefix="pil-pg-", dir="/tmp") as name:
        folder = Path(name)
        if who:
            shutil.chown(folder, who)
        with _running(folder, who) as server:
            _fill(server)
            yield server


def _plain_user():
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@contextlib.contextmanager
def _running(folder, who):
    bin_folder, data, secret = programs(), folder / "data", folder / "secret"
    how = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    secret.write_text(OWNER_PASSWORD, encoding="utf-8")
    if who:
        shutil.chown(secret, who)
    tongue = {"LC_ALL": "C.UTF-8", "LANGUAGE": "en"}  # whatever a test before set
    common = {"user": who, "cwd": folder, "env": {**os.environ, **tongue}}
    subprocess.run(
        [bin_folder / "initdb", "-D", data, "-U", "owner", f"--pwfile={secret}", *how],
        check=True,
        stdout=subprocess.DEVNULL,
        **common,
    )
    port = _free_port()
    settings = (
        "listen_addresses=127.0.0.1",
        f"port={port}",
        f"unix_socket_directories={folder}",
        "fsync=off",
        "max_connections=20",
        "timezone=America/New_York",  # answers must not depend on it
        "datestyle=German",
        "extra_float_digits=0",
    )
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [bin_folder / "postgres", "-D", data, *(f"--{s}" for s in settings)],
            stdout=log,
            stderr=log,
            **common,
        )
    try:
        _wait(process, port, folder)
        yield Server(port)
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: its folder goes anyway
        process.wait(timeout=30)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(process, port, folder):
    for _ in range(300):
        if process.poll() is not None:
            break
        ready = subprocess.run(
            [programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)],
            check=False,
        )
        if ready.returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError((folder / "log").read_text(errors="replace"))


def _fill(server):
    server.run("CREATE DATABASE pil", name="postgres")
    server.run(
        "CREATE EXTENSION postgis",
        f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'",
        "CREATE ROLE stranger LOGIN PASSWORD 'x'",
    )
