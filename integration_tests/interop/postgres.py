"""A PostgreSQL server of its own, in a temporary folder, as a user without rights."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

USER = "interop"


@dataclass(frozen=True)
class Postgres:
    port: int
    password: str

    def options(self, schema: str) -> dict[str, Any]:
        """Arguments of PyAirbyte's PostgresCache."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "username": USER,
            "password": self.password,
            "database": "postgres",
            "schema_name": schema,
        }


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; Debian keeps them off the path."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


def _unprivileged() -> dict[str, Any]:
    """Options of a process: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {one.pw_name: one for one in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    """@param folder: PostgreSQL's programs"""
    options = _unprivileged()
    home = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = Postgres(port=_free_port(), password=secrets.token_hex(16))
    (home / "password").write_text(server.password)
    if options:
        for path in (home, home / "password"):
            os.chown(path, options["user"], options["group"])
    data = str(home / "data")

    def call(program: str, *arguments: str) -> None:
        # Its output goes to files: a server that inherited a pipe would keep it open.
        with (home / f"{program}.log").open("a") as log:
            command = [str(folder / program), *arguments]
            subprocess.run(command, check=True, stdout=log, stderr=log, cwd=home, **options)

    call(
        "initdb",
        f"--pgdata={data}",
        f"--username={USER}",
        f"--pwfile={home / 'password'}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-sync",
    )
    settings = f"-c listen_addresses=127.0.0.1 -c port={server.port} -c unix_socket_directories={home}"
    call(
        "pg_ctl",
        "--pgdata",
        data,
        "--wait",
        "--log",
        str(home / "server.log"),
        "-o",
        settings,
        "start",
    )
    try:
        yield server
    finally:
        call("pg_ctl", "--pgdata", data, "--mode", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)
