"""A source in PyAirbyte, read three times: everything, then what is new, then everything again."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import airbyte as ab
import airbyte.types
from airbyte._executors.docker import DockerExecutor

from changes import Changed, change, remove_some
from connector import EXECUTABLE, Runner, image, reaching_host
from rows import Row, Table, types_of
from sandbox import Record, Sandbox

if TYPE_CHECKING:
    from airbyte.caches.base import CacheBase
    from airbyte.sources import Source

# PyAirbyte prints a paragraph for each column of more than one type, at every batch: thousands of lines.
airbyte.types.print = lambda *_args, **_kwargs: None  # type: ignore[attr-defined]


def source(runner: Runner, sandbox: Sandbox, config: Mapping[str, Any] | None = None) -> Source:
    """The connector as PyAirbyte starts it. A process of its own inherits this one's environment."""
    options: dict[str, Any] = (
        {"local_executable": str(EXECUTABLE)}
        if runner == "executable"
        else {"docker_image": image(), "use_host_network": True}
    )
    made = ab.get_source("source-payments", config=dict(config or sandbox.config()), **options)
    if isinstance(made.executor, DockerExecutor):
        made.executor.executable = reaching_host(made.executor.executable, sandbox.environment)
    return made


@contextlib.contextmanager
def variables(environment: Mapping[str, str]) -> Iterator[None]:
    """Variables that are set as long as the context lasts."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@dataclass(frozen=True)
class Read:
    """What a cache held after a read, and what the API held."""

    #: Records that the connector sent.
    sent: int
    rows: Mapping[str, list[Row]]
    records: Mapping[str, list[Record]]


@dataclass(frozen=True)
class Syncs:
    tables: Mapping[str, Table]
    first: Read
    changed: Changed
    second: Read
    removed: Mapping[str, Record]
    third: Read
    violations: list[str]


def declare_json_columns(reader: Source) -> None:
    """Has PyAirbyte make JSON columns of the fields that may be objects or lists and something else besides.

    It knows no column of several types: it makes a text column of it, into which it can write an object in
    DuckDB but not in PostgreSQL ("can't adapt type 'dict'").
    """
    for stream in reader.discovered_catalog.streams:
        for schema in stream.json_schema["properties"].values():
            if schema.pop("oneOf", None):
                schema["type"] = ["null", "object"]


def run(
    runner: Runner,
    sandbox: Sandbox,
    new_cache: Callable[[], CacheBase],
    streams: list[str] | Literal["*"],
    refreshed: list[str],
    prepare: Callable[[Source], None] = lambda reader: None,
) -> Syncs:
    """@param new_cache: opens the cache; each read opens it anew, as another run of a user's program would
    @param refreshed: streams of the third read"""

    def read(chosen: list[str] | Literal["*"], **options: Any) -> tuple[Read, dict[str, Table]]:
        reader = source(runner, sandbox)
        reader.select_streams(chosen)
        prepare(reader)
        selected = reader.get_selected_streams()
        found = {one.name: one for one in reader.discovered_catalog.streams}
        tables = {name: Table.of(found[name]) for name in selected}
        cache = new_cache()
        try:
            result = reader.read(cache=cache, **options)
            rows = {name: table.read(cache) for name, table in tables.items()}
        finally:
            cache.close()
        records = sandbox.records()
        return Read(result.processed_records, rows, records), tables

    with variables(sandbox.environment):
        first, tables = read(streams)
        changed = change(sandbox)
        second, _ = read(streams)
        removed = remove_some(sandbox)
        third, _ = read(refreshed, force_full_refresh=True, write_strategy="replace")
    return Syncs(tables, first, changed, second, removed, third, sandbox.violations())
