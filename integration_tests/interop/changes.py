"""What happens at the provider between two reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sandbox import Record, Sandbox


@dataclass(frozen=True)
class Changed:
    """Stream → a record that is new or has changed."""

    #: Created today.
    new: Mapping[str, Record]
    #: Created hours before the newest record that was read, but visible only afterwards.
    late: Mapping[str, Record]
    #: Created within the lookback window, with another status since.
    updated: Mapping[str, Record]
    #: Created before the lookback window; the API shows or knows that it has changed.
    updated_long_ago: Mapping[str, Record]


NEW_STATUS = "changed"
#: Streams whose records the provider removes before the full refresh.
REMOVED = {"paystack": ("transactions", "plans"), "pagarme": ("charges", "plans")}


def _ago(**span: float) -> str:
    return (datetime.now(timezone.utc) - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _in_window(records: Sequence[Record], field: str) -> Record:
    """The oldest record that the lookback window surely holds."""
    return min(
        (record for record in records if record[field] > _ago(days=29)),
        key=lambda record: str(record[field]),
    )


def _paystack(sandbox: Sandbox) -> Changed:
    records = sandbox.records()
    recent = _in_window(records["transactions"], "createdAt")
    refund = _in_window(records["refunds"], "createdAt")
    plan = records["plans"][-1]
    return Changed(
        new={
            "transactions": sandbox.add("transactions", amount=1_234_567),
            "refunds": sandbox.add("refunds", amount=89),
            "balance_ledger": sandbox.add("balance_ledger"),
        },
        late={"transactions": sandbox.add("transactions", createdAt=_ago(hours=3), amount=7)},
        updated={
            "transactions": sandbox.update("transactions", recent, status=NEW_STATUS, amount=1),
            "refunds": sandbox.update("refunds", refund, status=NEW_STATUS),
        },
        updated_long_ago={
            "plans": sandbox.update("plans", plan, amount=31, updatedAt=_ago(seconds=5)),
        },
    )


def _pagarme(sandbox: Sandbox) -> Changed:
    records = sandbox.records()
    recent = _in_window(records["charges"], "created_at")
    plan, payable = records["plans"][-1], records["payables"][-1]
    return Changed(
        new={
            "charges": sandbox.add("charges", amount=1_234_567),
            "payables": sandbox.add("payables", amount=89),
        },
        late={"charges": sandbox.add("charges", created_at=_ago(hours=3), amount=7)},
        updated={
            "charges": sandbox.update("charges", recent, status=NEW_STATUS, amount=1),
        },
        updated_long_ago={
            "plans": sandbox.update("plans", plan, status=NEW_STATUS, updated_at=_ago(seconds=5)),
            # A payable does not say when it changed; the API can be asked.
            "payables": sandbox.update("payables", payable, status=NEW_STATUS),
        },
    )


def change(sandbox: Sandbox) -> Changed:
    return (_paystack if sandbox.provider == "paystack" else _pagarme)(sandbox)


def remove_some(sandbox: Sandbox) -> Mapping[str, Record]:
    """@returns the newest record of some streams, which the provider no longer has"""
    records = sandbox.records()
    removed = {stream: records[stream][0] for stream in REMOVED[sandbox.provider]}
    for stream, record in removed.items():
        sandbox.remove(stream, record)
    return removed
