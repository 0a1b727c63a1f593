"""What PyAirbyte's PostgreSQL cache cannot do yet: a test that fails here is good news (docs/interop.md)."""

from __future__ import annotations

from typing import Any

import pytest
from airbyte.caches import PostgresCache

from postgres import Postgres
from rows import Row, Table, types_of
from sandbox import ProviderName, Sandbox
from syncs import source, variables

pytestmark = pytest.mark.postgres


def read(server: Postgres, provider: ProviderName, stream: str) -> tuple[set[Row], set[Row]]:
    """@returns rows of the cache, and those that were expected"""
    with Sandbox(provider, "fixed") as sandbox, variables(sandbox.environment):
        reader = source("executable", sandbox)
        reader.select_streams([stream])
        cache = PostgresCache(**server.options(schema=f"limits_{provider}"))
        try:
            reader.read(cache=cache)
            discovered: Any = next(one for one in reader.discovered_catalog.streams if one.name == stream)
            table = Table.of(discovered)
            return set(table.read(cache)), set(table.expected(sandbox.records()[stream]))
        finally:
            cache.close()


def test_objects_in_columns_of_several_types_are_refused(server: Postgres) -> None:
    """`metadata` is an object, a text or a number, as the API has it. `declare_json_columns` helps."""
    with pytest.raises(Exception, match="can't adapt type 'dict'"):
        read(server, "paystack", "transactions")


@pytest.mark.parametrize("provider", ["paystack", "pagarme"])
def test_streams_without_such_columns_need_no_preparation(server: Postgres, provider: ProviderName) -> None:
    with Sandbox(provider, "fixed") as sandbox, variables(sandbox.environment):
        reader = source("executable", sandbox)
        several = {
            stream.name
            for stream in reader.discovered_catalog.streams
            for schema in stream.json_schema["properties"].values()
            if len(types_of(schema)) > 1
        }
        streams = [name for name in reader.get_available_streams() if name not in several]
        reader.select_streams(streams)
        cache = PostgresCache(**server.options(schema=f"others_{provider}"))
        try:
            assert set(reader.read(cache=cache).streams) == set(streams)
        finally:
            cache.close()


def test_long_ids_that_are_texts_are_rounded(server: Postgres) -> None:
    """pandas.read_json takes a text of digits for a number, beyond 2^53 too."""
    rows, expected = read(server, "pagarme", "balance_operations")
    assert len(rows) > 0
    assert rows != expected
