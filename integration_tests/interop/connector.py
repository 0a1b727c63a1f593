"""The two ways in which the connector is run: the built program, and the image."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

from sandbox import ROOT

#: The build that is tested; `npm run test:interop` makes it.
EXECUTABLE = ROOT / "dist" / "main.js"

Runner = Literal["executable", "image"]


def image() -> str | None:
    """The image that is tested; None if there is no Docker engine."""
    return os.environ.get("INTEROP_IMAGE") or None


def reaching_host(command: list[str], environment: Mapping[str, str]) -> list[str]:
    """A `docker run` in whose container the sandbox of this machine answers at its loopback address.

    Neither PyAirbyte nor the standard tests can hand a variable to the container.
    """
    assert command[:2] == ["docker", "run"], command
    variables = [f"--env={name}={value}" for name, value in environment.items()]
    network = [] if "--network" in command else ["--network", "host"]
    return ["docker", "run", *network, *variables, *command[2:]]
