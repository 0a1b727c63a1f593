"""PyAirbyte reads both providers, from the program and from the image, into DuckDB and into PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from airbyte.caches import DuckDBCache, PostgresCache
from airbyte.caches.base import CacheBase

from changes import NEW_STATUS
from connector import Runner
from postgres import Postgres
from rows import Row, differences
from sandbox import ProviderName, Record, Sandbox
from syncs import Read, Syncs, declare_json_columns, run

Database = Literal["duckdb", "postgres"]

PROVIDERS: tuple[ProviderName, ...] = ("paystack", "pagarme")
#: What is read where another test reads all streams: those with money in them, and plans.
WITH_MONEY = {
    "paystack": ["transactions", "refunds", "settlements", "balance_ledger", "plans"],
    "pagarme": ["charges", "charge_transactions", "payables", "recipient_balances", "plans"],
}
COMBINATIONS = [
    *(pytest.param(("executable", name, "duckdb"), id=name) for name in PROVIDERS),
    *(
        pytest.param(("executable", name, "postgres"), id=f"{name}-postgres", marks=pytest.mark.postgres)
        for name in PROVIDERS
    ),
    *(
        pytest.param(("image", name, "duckdb"), id=f"{name}-image", marks=pytest.mark.image)
        for name in PROVIDERS
    ),
]


@pytest.fixture(scope="module", params=COMBINATIONS)
def synced(request: pytest.FixtureRequest, work: Path) -> Iterator[Syncs]:
    runner: Runner
    provider: ProviderName
    database: Database
    runner, provider, database = request.param
    new_cache: Callable[[], CacheBase]
    if database == "postgres":
        server: Postgres = request.getfixturevalue("server")
        new_cache = lambda: PostgresCache(**server.options(schema=provider))  # noqa: E731
    else:
        new_cache = lambda: DuckDBCache(db_path=work / f"{provider}-{runner}.duckdb")  # noqa: E731
    money = WITH_MONEY[provider]
    with Sandbox(provider, "recent") as sandbox:
        if database == "postgres":
            yield run(runner, sandbox, new_cache, money, money, declare_json_columns)
        else:
            yield run(runner, sandbox, new_cache, "*" if runner == "executable" else money, money)


def all_differences(synced: Syncs, read: Read) -> list[str]:
    return [
        line
        for stream, rows in read.rows.items()
        for table in [synced.tables[stream]]
        for line in differences(table, rows, table.expected(read.records[stream]))
    ]


def row_of(synced: Syncs, read: Read, stream: str, record: Record) -> Row | None:
    table = synced.tables[stream]
    key = table.key_of(table.expected([record])[0])
    return next((row for row in read.rows[stream] if table.key_of(row) == key), None)


def test_money_is_in_columns_of_whole_numbers(synced: Syncs) -> None:
    with_amounts = {"transactions", "refunds", "charges", "charge_transactions", "payables"}
    for stream in with_amounts & set(synced.tables):
        assert "amount" in synced.tables[stream].numbers


def test_first_read_holds_every_record_and_amount(synced: Syncs) -> None:
    assert all_differences(synced, synced.first) == []
    assert all(synced.first.rows.values()), "every stream has rows"


def test_second_read_goes_on_from_the_state(synced: Syncs) -> None:
    assert 0 < synced.second.sent < synced.first.sent


def test_second_read_deduplicates_and_misses_nothing(synced: Syncs) -> None:
    assert all_differences(synced, synced.second) == []


def test_rows_of_today_and_late_ones_are_there(synced: Syncs) -> None:
    for added in (synced.changed.new, synced.changed.late):
        for stream in added.keys() & synced.tables.keys():
            assert row_of(synced, synced.first, stream, added[stream]) is None
            assert row_of(synced, synced.second, stream, added[stream]) is not None


def test_changed_rows_have_their_new_values(synced: Syncs) -> None:
    for updated in (synced.changed.updated, synced.changed.updated_long_ago):
        for stream in updated.keys() & synced.tables.keys():
            record = updated[stream]
            before = row_of(synced, synced.first, stream, record)
            after = row_of(synced, synced.second, stream, record)
            assert before is not None and after is not None and before != after
            assert (after,) == tuple(synced.tables[stream].expected([record]))
            if record.get("status") == NEW_STATUS:
                assert after[-1] == NEW_STATUS


def test_full_refresh_begins_anew(synced: Syncs) -> None:
    for stream, record in synced.removed.items():
        assert row_of(synced, synced.second, stream, record) is not None
        assert row_of(synced, synced.third, stream, record) is None
    assert all_differences(synced, synced.third) == []


def test_only_permitted_requests_are_sent(synced: Syncs) -> None:
    assert synced.violations == []
