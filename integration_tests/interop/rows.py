"""Rows of a PyAirbyte cache, held against the records that the sandbox holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import Record

if TYPE_CHECKING:
    from airbyte.caches.base import CacheBase

#: The values of a table's compared columns, in the order of `Table.columns`.
Row = tuple[int | str | None, ...]


def types_of(schema: Mapping[str, Any]) -> set[str]:
    """Types that a JSON schema allows, besides null."""
    if "oneOf" in schema:
        return set().union(*map(types_of, schema["oneOf"]))
    declared = schema.get("type", [])
    return ({declared} if isinstance(declared, str) else set(declared)) - {"null"}


@dataclass(frozen=True)
class Table:
    """The columns of a stream that are compared: key, every whole number (amounts are such), `status`."""

    stream: str
    key: tuple[str, ...]
    numbers: tuple[str, ...]
    has_status: bool

    @staticmethod
    def of(stream: Any) -> Table:
        """@param stream: an AirbyteStream as PyAirbyte discovered it"""
        properties: Mapping[str, Mapping[str, Any]] = stream.json_schema["properties"]
        key = tuple(path[0] for path in stream.source_defined_primary_key or [])
        return Table(
            stream=stream.name,
            key=key,
            numbers=tuple(
                name
                for name, schema in properties.items()
                if types_of(schema) == {"integer"} and name not in key
            ),
            has_status=types_of(properties.get("status", {})) == {"string"},
        )

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *self.numbers, *(("status",) if self.has_status else ()))

    def key_of(self, row: Row) -> Row:
        return row[: len(self.key)]

    def number_of(self, row: Row, name: str) -> int:
        value = row[self.columns.index(name)]
        assert value is None or isinstance(value, int), f"{self.stream}.{name} is {value!r}"
        return value or 0

    def row(self, values: Iterable[Any]) -> Row:
        return tuple(values)

    def expected(self, records: Sequence[Record]) -> list[Row]:
        return [self.row(record.get(name) for name in self.columns) for record in records]

    def read(self, cache: CacheBase) -> list[Row]:
        # PyAirbyte's columns are in lower case.
        columns = ", ".join(f'"{name.lower()}"' for name in self.columns)
        schema = cache.processor.sql_config.schema_name
        rows = cache.run_sql_query(f'SELECT {columns} FROM "{schema}"."{self.stream}"')
        return [self.row(row.values()) for row in rows]


def differences(table: Table, rows: Sequence[Row], expected: Sequence[Row]) -> list[str]:
    """Every way in which the rows of a table are not the records of its stream."""
    found: list[str] = []
    if len(rows) != len(expected):
        found.append(f"{len(rows)} rows instead of {len(expected)}")
    keys = {table.key_of(row) for row in rows}
    if len(keys) != len(rows):
        found.append(f"{len(rows) - len(keys)} rows whose key another row has")
    for name in table.numbers:
        have = sum(table.number_of(row, name) for row in rows)
        want = sum(table.number_of(row, name) for row in expected)
        if have != want:
            found.append(f"the sum of {name} is {have} instead of {want}")
    missing = set(expected) - set(rows)
    if missing:
        found.append(f"{len(missing)} records are not there, such as {next(iter(missing))}")
    return [f"{table.stream}: {one}" for one in found]
