"""Every line that the connector prints is a message of Airbyte's published models of the protocol."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from airbyte_cdk.models import AirbyteMessageSerializer
from airbyte_protocol.models import AirbyteMessage, AirbyteStateBlob
from pydantic import BaseModel

from connector import EXECUTABLE
from sandbox import ProviderName, Sandbox


@pytest.fixture(scope="module", params=["paystack", "pagarme"])
def lines(request: pytest.FixtureRequest, work: Path) -> Iterator[list[str]]:
    """What the four commands print, one list of the lines of all."""
    provider: ProviderName = request.param
    with Sandbox(provider, "fixed") as sandbox:
        config, catalog = work / "config.json", work / "catalog.json"
        config.write_text(json.dumps(sandbox.config()))

        def run(*arguments: str) -> list[str]:
            command = [str(EXECUTABLE), *arguments]
            done = subprocess.run(
                command,
                env={**os.environ, **sandbox.environment},
                capture_output=True,
                encoding="utf-8",
                check=True,
            )
            assert done.stderr == ""
            return done.stdout.splitlines()

        printed = [*run("spec"), *run("check", "--config", str(config))]
        discovered = run("discover", "--config", str(config))
        messages = [json.loads(line) for line in discovered]
        streams = next(one["catalog"]["streams"] for one in messages if one["type"] == "CATALOG")
        catalog.write_text(
            json.dumps(
                {
                    "streams": [
                        {
                            "stream": stream,
                            "sync_mode": stream["supported_sync_modes"][-1],
                            "destination_sync_mode": "append_dedup",
                        }
                        for stream in streams
                    ]
                }
            )
        )
        read = run("read", "--config", str(config), "--catalog", str(catalog))
        yield [*printed, *discovered, *read]


def unknown_keys(model: BaseModel, path: str = "") -> list[str]:
    """Keys of a message that its model does not name; such are allowed, but nobody would read them."""
    if isinstance(model, AirbyteStateBlob):
        return []
    found = [f"{path}/{key}" for key in model.model_extra or {}]
    for name in type(model).model_fields:
        value = getattr(model, name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, BaseModel):
                found += unknown_keys(one, f"{path}/{name}")
    return found


def test_models_of_pydantic_read_every_line(lines: list[str]) -> None:
    for line in lines:
        assert unknown_keys(AirbyteMessage.model_validate_json(line)) == []


def test_models_of_dataclasses_read_every_line(lines: list[str]) -> None:
    for line in lines:
        AirbyteMessageSerializer.load(orjson.loads(line))


def test_every_kind_of_message_is_there(lines: list[str]) -> None:
    kinds = Counter(json.loads(line)["type"] for line in lines)
    assert {"SPEC", "CONNECTION_STATUS", "CATALOG", "RECORD", "STATE", "TRACE", "LOG"} <= set(kinds)
