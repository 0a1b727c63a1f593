"""The queries of docs/skills run on tables that PyAirbyte has written, and notice what they are there to notice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import airbyte as ab
import duckdb
import pytest

from sandbox import ROOT, ProviderName, Sandbox
from syncs import source, variables

#: A change of the data that each query's result must show, by the query's heading.
CHANGES: dict[ProviderName, dict[str, str]] = {
    "paystack": {
        "Newest version of each record": "DELETE FROM transactions WHERE status = 'success'",
        "Settlements against their transactions": (
            "DELETE FROM settlement_transactions"
            " WHERE id = (SELECT MIN(id) FROM settlement_transactions WHERE fees > 0)"
        ),
        "Payments that no settlement has paid out": (
            "DELETE FROM settlement_transactions"
            " WHERE id = (SELECT MIN(id) FROM transactions WHERE status = 'success')"
        ),
        "Gaps in the ledger": (
            "DELETE FROM balance_ledger WHERE id = (SELECT MIN(id) + 1 FROM balance_ledger)"
        ),
        "Ledger against balance": "UPDATE balance SET balance = balance + 1 WHERE currency = 'NGN'",
        "Money in and out by month": (
            "UPDATE balance_ledger SET difference = difference + 1"
            " WHERE id = (SELECT MIN(id) FROM balance_ledger)"
        ),
        "Refunds outstanding": (
            "UPDATE refunds SET status = 'pending'"
            " WHERE id = (SELECT MIN(id) FROM refunds WHERE status = 'processed')"
        ),
        "Refunded more than paid": (
            "UPDATE refunds SET amount = transaction_amount + 1"
            " WHERE id = (SELECT MIN(id) FROM refunds WHERE status = 'processed')"
        ),
        "Open disputes and their deadlines": (
            "UPDATE disputes SET status = 'pending'"
            " WHERE id = (SELECT MIN(id) FROM disputes WHERE status = 'resolved')"
        ),
        "Transfers without an entry in the ledger": (
            "DELETE FROM balance_ledger WHERE model_responsible = 'Transfer'"
        ),
    },
    "pagarme": {
        "Newest version of each record": "DELETE FROM charges WHERE status = 'paid'",
        "What is due, by day and recipient": (
            "UPDATE payables SET status = 'waiting_funds' WHERE status = 'paid'"
        ),
        "Charges against payables": "DELETE FROM payables WHERE type = 'credit'",
        "Payables against settlements": (
            "UPDATE payables SET settlement_id = (SELECT MIN(id) FROM settlements WHERE status = 'success')"
            " WHERE id = (SELECT MIN(id) FROM payables)"
        ),
        "Payables against settlements by day": (
            "DELETE FROM settlements WHERE id = (SELECT MIN(id) FROM settlements WHERE status = 'success')"
        ),
        "Balances against payables": "DELETE FROM payables WHERE status = 'waiting_funds'",
        "Refunds outstanding": (
            "UPDATE charges SET canceled_amount = paid_amount"
            " WHERE id = (SELECT MIN(id) FROM charges WHERE status = 'paid' AND paid_amount > 0"
            " AND id NOT IN (SELECT charge_id FROM payables WHERE charge_id IS NOT NULL AND amount < 0))"
        ),
        "Open disputes and their charges": (
            "UPDATE disputes SET status = 'WON' WHERE UPPER(status) LIKE 'WAITING%'"
        ),
        "Fees by month": "UPDATE payables SET fee = fee + 1",
        "Withdrawals that have not arrived": (
            "UPDATE recipient_withdrawals SET funding_date = NULL WHERE status = 'transferred'"
        ),
    },
}

CASES = [(provider, title) for provider, changes in CHANGES.items() for title in changes]


def queries(provider: ProviderName) -> dict[str, str]:
    """The queries of the skills file by their headings."""
    sections = re.split(r"^### ", (ROOT / f"docs/skills/{provider}.md").read_text(), flags=re.MULTILINE)
    found = {
        section.split("\n", 1)[0]: re.search(r"^```sql\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
        for section in sections
    }
    return {title: match[1] for title, match in found.items() if match is not None}


@pytest.fixture(scope="module")
def databases(work: Path) -> Iterator[dict[str, duckdb.DuckDBPyConnection]]:
    """The tables of all streams of each provider."""
    opened: dict[str, duckdb.DuckDBPyConnection] = {}
    for provider in CHANGES:
        path = work / f"skills-{provider}.duckdb"
        with Sandbox(provider, "recent") as sandbox, variables(sandbox.environment):
            reader = source("executable", sandbox)
            reader.select_all_streams()
            cache = ab.DuckDBCache(db_path=path)
            reader.read(cache=cache)
            cache.close()
        opened[provider] = duckdb.connect(path)
    yield opened
    for database in opened.values():
        database.close()


@pytest.mark.parametrize("provider", CHANGES)
def test_every_query_is_tested(provider: ProviderName) -> None:
    assert list(queries(provider)) == list(CHANGES[provider])


@pytest.mark.parametrize(("provider", "title"), CASES)
def test_query_shows_a_change(
    databases: dict[str, duckdb.DuckDBPyConnection], provider: ProviderName, title: str
) -> None:
    database = databases[provider]
    query = queries(provider)[title]

    def rows() -> list[Any]:
        return database.execute(query).fetchall()

    database.begin()
    try:
        before = rows()
        database.execute(CHANGES[provider][title])
        assert rows() != before
    finally:
        database.rollback()


@pytest.mark.parametrize(("provider", "table"), [("paystack", "transactions"), ("pagarme", "charges")])
def test_newest_version_is_one_row_for_each_key(
    databases: dict[str, duckdb.DuckDBPyConnection], provider: ProviderName, table: str
) -> None:
    database = databases[provider]
    query = queries(provider)["Newest version of each record"].rstrip().rstrip(";")
    database.begin()
    try:
        database.execute(
            f"INSERT INTO {table} SELECT * REPLACE"
            " ('older' AS status, _airbyte_extracted_at - INTERVAL 1 DAY AS _airbyte_extracted_at)"
            f" FROM {table}"
        )
        [(count, keys, older)] = database.execute(
            f"SELECT COUNT(*), COUNT(DISTINCT id), COUNT(*) FILTER (status = 'older') FROM ({query})"
        ).fetchall()
        assert count == keys > 0 and older == 0
    finally:
        database.rollback()
