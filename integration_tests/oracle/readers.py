"""Runs the sandbox, this connector and Airbyte's low-code runtime, each as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NODE = os.environ.get("ORACLE_NODE", "node")
SANDBOX = [NODE, "--import", "tsx", "integration_tests/oracle/sandbox.ts"]
RUNTIME = [sys.executable, "-c", "from airbyte_cdk.cli.source_declarative_manifest import run; run()"]

BUILDER = [sys.executable, "-m", "airbyte_cdk.connector_builder.main"]

Json = dict[str, Any]


def scenarios() -> list[tuple[str, str]]:
    """Provider and title of each."""
    lines = subprocess.run(SANDBOX, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [(one["provider"], one["title"]) for one in map(json.loads, lines.splitlines())]


class Sandbox:
    """A model of a provider's API, as a process that listens to commands."""

    def __init__(self, provider: str, title: str) -> None:
        self._process = subprocess.Popen(
            [*SANDBOX, provider, title],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        info = self._line()
        self.environment: dict[str, str] = info["environment"]
        self.secret_key: str = info["secret_key"]
        # Official address -> the sandbox's.
        self.addresses: dict[str, str] = info["addresses"]
        # What the scenario sets in the config.
        self.config: Json = info["config"]

    def _line(self) -> Json:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the sandbox has ended")
        answer: Json = json.loads(line)
        return answer

    def ask(self, command: str) -> Json:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._line()

    def close(self) -> None:
        self._process.communicate(timeout=30)


@dataclass
class Run:
    """What a process printed. Numbers with a fraction are Decimal, so that nothing is rounded."""

    exit_code: int
    messages: list[Json]
    records: dict[str, list[Json]] = field(default_factory=dict)
    # The last of each stream.
    states: dict[str, Json] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def of_type(self, kind: str) -> list[Json]:
        return [message for message in self.messages if message["type"] == kind]


def _group(run: Run) -> Run:
    for message in run.messages:
        if message["type"] == "RECORD":
            record = message["record"]
            run.records.setdefault(record["stream"], []).append(record["data"])
        elif message["type"] == "STATE":
            run.states[message["state"]["stream"]["stream_descriptor"]["name"]] = message["state"]
        elif message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
            status = message["trace"]["stream_status"]
            run.statuses[status["stream_descriptor"]["name"]] = status["status"]
        elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
            run.errors.append(message["trace"]["error"]["message"])
    return run


def _messages(text: str) -> list[Json]:
    found = []
    for line in text.splitlines():
        try:
            value = json.loads(line, parse_float=Decimal)
        except json.JSONDecodeError:
            continue
        if isinstance(value, dict) and "type" in value:
            found.append(value)
    return found


@dataclass
class Reader:
    """A source: a command line, and what its config looks like."""

    command: list[str]
    arguments: list[str]
    environment: dict[str, str]
    folder: Path
    config: Json

    def _file(self, name: str, value: Any) -> str:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(value, default=float))
        return str(path)

    def run(self, command: str, config: Json | None = None, **files: Any) -> Run:
        arguments = [command, "--config", self._file("config", config or self.config)]
        for name, value in files.items():
            if value is not None:
                arguments += [f"--{name}", self._file(name, value)]
        done = subprocess.run(
            [*self.command, *arguments, *self.arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=600,
        )
        return _group(Run(done.returncode, _messages(done.stdout)))


# From before the first record; and the sandbox's own limits are off.
OPTIONS: Json = {
    "start_date": "2024-01-01T00:00:00Z",
    "lookback_window_days": 30,
    "requests_per_minute": 100_000,
}


def ours(provider: str, sandbox: Sandbox, folder: Path) -> Reader:
    folder.mkdir(parents=True)
    config = {"provider": {"name": provider, "secret_key": sandbox.secret_key}, **OPTIONS, **sandbox.config}
    return Reader([NODE, "dist/main.js"], [], sandbox.environment, folder, config)


def theirs(manifest: str, sandbox: Sandbox, folder: Path) -> Reader:
    """A manifest with the sandbox's addresses, read by Airbyte's runtime."""
    folder.mkdir(parents=True)
    path = folder / "manifest.yaml"
    path.write_text(manifest)
    config = {"secret_key": sandbox.secret_key, **OPTIONS, **sandbox.config}
    return Reader(RUNTIME, ["--manifest-path", str(path)], {}, folder, config)


def builder(manifest: Json, sandbox: Sandbox, folder: Path, command: str) -> Reader:
    """What the Connector Builder does: `resolve_manifest` when a manifest is imported, or `test_read`."""
    folder.mkdir(parents=True)
    config = {
        "__injected_declarative_manifest": manifest,
        "__command": command,
        "__should_normalize": command == "resolve_manifest",
        "__test_read_config": {
            "max_pages_per_slice": 2,
            "max_slices": 3,
            "max_records": 100,
            "max_streams": 100,
        },
        "secret_key": sandbox.secret_key,
        **OPTIONS,
    }
    return Reader(BUILDER, [], {}, folder, config)
