"""`check` and `discover` through PyAirbyte, and how it tells of failures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from airbyte.caches import DuckDBCache
from airbyte.exceptions import (
    AirbyteConnectorCheckFailedError,
    AirbyteConnectorFailedError,
)

from connector import Runner
from sandbox import ProviderName, Sandbox
from syncs import source, variables

RUNNERS = ["executable", pytest.param("image", marks=pytest.mark.image)]
#: A path whose list can be refused without harm to another, and its stream.
REFUSABLE = {"paystack": ("/refund", "refunds"), "pagarme": ("/hooks", "hooks")}


@pytest.fixture(scope="module", params=["paystack", "pagarme"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    provider: ProviderName = request.param
    with Sandbox(provider, "fixed") as running, variables(running.environment):
        yield running


@pytest.mark.parametrize("runner", RUNNERS)
def test_check_succeeds(runner: Runner, sandbox: Sandbox) -> None:
    source(runner, sandbox).check()


@pytest.mark.parametrize("runner", RUNNERS)
def test_check_tells_why_it_failed(runner: Runner, sandbox: Sandbox) -> None:
    key = "sk_test_" + "x" * 20
    config = sandbox.config(provider={"name": sandbox.provider, "secret_key": key})
    with pytest.raises(AirbyteConnectorCheckFailedError) as failure:
        source(runner, sandbox, config).check()
    assert "key" in str(failure.value)
    assert key not in str(failure.value)


@pytest.mark.parametrize("runner", RUNNERS)
def test_discover_lists_every_stream(runner: Runner, sandbox: Sandbox) -> None:
    available = source(runner, sandbox).get_available_streams()
    assert sorted(available) == sorted(sandbox.records())


def test_a_stream_that_fails_fails_the_read(sandbox: Sandbox) -> None:
    path, refused = REFUSABLE[sandbox.provider]
    sandbox.forbid(path)
    reader = source("executable", sandbox)
    reader.select_streams([refused, "plans"])
    cache = DuckDBCache(db_path=":memory:")
    with pytest.raises(AirbyteConnectorFailedError):
        reader.read(cache=cache)
