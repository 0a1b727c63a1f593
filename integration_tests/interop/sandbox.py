"""A provider's sandbox, driven from Python. See sandbox-process.ts."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

ROOT = Path(__file__).resolve().parents[2]

ProviderName = Literal["paystack", "pagarme"]
#: `fixed` is the data of the acceptance tests, `recent` ends a minute before now.
DataKind = Literal["fixed", "recent"]
Record = Mapping[str, Any]


class Sandbox:
    """Runs while it is entered; every call is a line to the process and one back."""

    def __init__(self, provider: ProviderName, data: DataKind) -> None:
        self.provider: ProviderName = provider
        self._process = subprocess.Popen(
            [
                os.environ.get("INTEROP_NODE", "node"),
                "--import",
                "tsx",
                "integration_tests/interop/sandbox-process.ts",
                provider,
                data,
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        ready = self._line()
        self.environment: dict[str, str] = ready["environment"]
        self.secret_key: str = ready["secretKey"]

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)

    def config(self, **more: Any) -> dict[str, Any]:
        """A config of the connector for this sandbox, which has no rate limit."""
        return {
            "provider": {"name": self.provider, "secret_key": self.secret_key},
            "start_date": "2020-01-01T00:00:00Z",
            "lookback_window_days": 30,
            "requests_per_minute": 100_000,
            **more,
        }

    def records(self) -> dict[str, list[Record]]:
        """What a full read of each stream must yield; whole numbers are exact, however long."""
        answer: dict[str, list[Record]] = self._ask({"do": "records"})
        return answer

    def violations(self) -> list[str]:
        """Requests that a reader must not send."""
        answer: list[str] = self._ask({"do": "violations"})
        return answer

    def add(self, stream: str, **fields: Any) -> Record:
        """Puts a new record into a stream; a date of creation among the fields is its place in time."""
        answer: Record = self._ask({"do": "add", "stream": stream, "fields": fields})
        return answer

    def update(self, stream: str, record: Record, **fields: Any) -> Record:
        """Changes fields of a record."""
        answer: Record = self._ask(
            {"do": "update", "stream": stream, "id": str(record["id"]), "fields": fields}
        )
        return answer

    def remove(self, stream: str, record: Record) -> None:
        self._ask({"do": "remove", "stream": stream, "id": str(record["id"])})

    def forbid(self, path: str) -> None:
        """From now on the API answers 403 to this path."""
        self._ask({"do": "forbid", "path": path})

    def _ask(self, command: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        reply = self._line()
        if "error" in reply:
            raise ValueError(f"{command['do']}: {reply['error']}")
        return reply["answer"]

    def _line(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line == "":
            raise RuntimeError("the sandbox has ended; what it said is above")
        return json.loads(line)
