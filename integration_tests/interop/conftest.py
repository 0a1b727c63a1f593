"""Settings of the software under which the connector is run, made before it is imported."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import postgres
from connector import image

#: The container's user must be able to read what PyAirbyte writes for it.
WORK = Path(tempfile.mkdtemp(prefix="source-payments-interop-"))
WORK.chmod(0o755)
(WORK / "tmp").mkdir()
(WORK / "tmp").chmod(0o777)
tempfile.tempdir = str(WORK / "tmp")

os.environ.update(
    {
        "AIRBYTE_OFFLINE_MODE": "1",
        "DO_NOT_TRACK": "1",
        "AIRBYTE_PROJECT_DIR": str(WORK),
        "AIRBYTE_TEMP_DIR": str(WORK / "tmp"),
        "AIRBYTE_LOGGING_ROOT": str(WORK / "logs"),
        "NO_LIVE_PROGRESS": "1",
    }
)


def pytest_configure(config: pytest.Config) -> None:
    """Airbyte's standard tests read all streams of the image, and do not build one."""
    config.option.connector_image = image()
    config.option.read_from_streams = "all"


def pytest_sessionfinish() -> None:
    shutil.rmtree(WORK, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves out what the machine cannot run, and says so."""
    absent = {
        "image": None if image() else "no Docker engine",
        "image_tests": None if image() else "no Docker engine",
        "postgres": None if postgres.programs() else "no PostgreSQL (initdb and pg_ctl)",
    }
    for item in items:
        for name, reason in absent.items():
            if reason is not None and any(item.iter_markers(name=name)):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def work() -> Path:
    """A folder for caches and temporary files."""
    return WORK


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Postgres]:
    programs = postgres.programs()
    assert programs is not None
    with postgres.running(programs) as running:
        yield running
