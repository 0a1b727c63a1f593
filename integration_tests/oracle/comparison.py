"""Holds what two sources read against each other, with the documented differences taken into account."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from readers import Json, Run

DIFFERENCES = Path(__file__).with_name("differences.json")


@dataclasses.dataclass
class Difference:
    """An entry of differences.json. `scenario` and `field` are left out where they do not matter."""

    what: str
    provider: str
    streams: list[str]
    reason: str
    scenario: str | None = None
    field: str | None = None
    message: str | None = None
    used: set[str] = dataclasses.field(default_factory=set)

    def applies(self, provider: str, scenario: str, stream: str) -> bool:
        return (
            self.provider in ("*", provider)
            and self.scenario in (None, scenario)
            and (stream in self.streams or "*" in self.streams)
        )


def load_differences() -> list[Difference]:
    return [Difference(**entry) for entry in json.loads(DIFFERENCES.read_text())]


class Documented:
    """The documented differences of one stream; notes which of them were seen."""

    def __init__(self, all_of_them: list[Difference], provider: str, scenario: str, stream: str) -> None:
        self._stream = stream
        self._entries = [one for one in all_of_them if one.applies(provider, scenario, stream)]
        # Names of those that were needed.
        self.seen: list[str] = []

    def find(self, what: str) -> Difference | None:
        return next((one for one in self._entries if one.what == what), None)

    def use(self, entry: Difference) -> None:
        entry.used.add(self._stream)
        if entry.what not in self.seen:
            self.seen.append(entry.what)


def text_of(value: Any) -> str:
    """Equal for equal JSON: keys in order, numbers exact, 1 and 1.0 apart."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{text_of(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(text_of, value)) + "]"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}d"
    return json.dumps(value)


def _without(record: Json, *names: str) -> Json:
    return {key: value for key, value in record.items() if key not in names}


def _prepare(records: list[Json], documented: Documented, is_ours: bool) -> list[Json]:
    clock = documented.find("own_clock")
    nulls = documented.find("no_null_fields")
    prepared = []
    for record in records:
        if clock is not None and clock.field in record:
            documented.use(clock)
            record = _without(record, clock.field)
        if nulls is not None and is_ours:
            bare = {key: value for key, value in record.items() if value is not None}
            if len(bare) < len(record):
                documented.use(nulls)
            record = bare
        prepared.append(record)
    return prepared


@dataclasses.dataclass
class Comparison:
    ours: int
    theirs: int
    missing: list[str]
    extra: list[str]

    @property
    def is_equal(self) -> bool:
        return not self.missing and not self.extra


def compare_records(
    ours: list[Json], theirs: list[Json], before: list[Json], documented: Documented
) -> Comparison:
    """`before`: what the sync before this one read here; it may be read again there."""
    wanted = Counter(text_of(record) for record in _prepare(ours, documented, True))
    added = documented.find("added_field")
    found: Counter[str] = Counter()
    for record in _prepare(theirs, documented, False):
        text = text_of(record)
        if added is not None and added.field is not None and text not in wanted:
            text = text_of(_without(record, added.field))
            documented.use(added)
        found[text] += 1
    missing = wanted - found
    extra = found - wanted
    more = documented.find("reads_more")
    if more is not None and extra:
        known = {text_of(record) for record in _prepare(before, documented, True)}
        if all(text in known for text in extra):
            documented.use(more)
            extra = Counter()
    return Comparison(len(ours), len(theirs), list(missing.elements()), list(extra.elements()))


def missing_records(wanted: list[Json], found: list[Json], documented: Documented) -> list[str]:
    """Those of `wanted` that were not found."""
    here = {text_of(record) for record in _prepare(found, documented, True)}
    return [text for text in map(text_of, _prepare(wanted, documented, True)) if text not in here]


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    parsed = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=timezone.utc)


def _mark(state: Json, cursor: str) -> Any:
    """The cursor of a state: its own, the parents' where those decide, or the one of all partitions."""
    if cursor in state:
        return state[cursor]
    parents = [value for parent in state.get("parent_state", {}).values() for value in parent.values()]
    return parents[0] if parents else state.get("state", {}).get(cursor)


def compare_states(stream: str, cursor: str | None, ours: Run, theirs: Run, documented: Documented) -> str:
    """`same`, the name of a documented difference, or a sentence."""
    here, there = (
        run.states.get(stream, {}).get("stream", {}).get("stream_state", {}) for run in (ours, theirs)
    )
    if cursor is None:
        return "same" if here == there else f"{here} here, {there} there"
    ours_at, theirs_at = _instant(_mark(here, cursor)), _instant(_mark(there, cursor))
    if ours_at is not None and ours_at == theirs_at:
        return "same"
    ahead = documented.find("state_ahead")
    if ahead is not None and ours_at is not None and theirs_at is not None and theirs_at > ours_at:
        documented.use(ahead)
        return "ahead"
    return f"{_mark(here, cursor)} here, {_mark(there, cursor)} there"
