"""Holds a manifest against the schema that the runtime ships, and what it says against the connector."""

from __future__ import annotations

import logging
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import requests
import yaml
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.declarative.models.declarative_component_schema import HTTPAPIBudget
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver
from airbyte_cdk.sources.declarative.parsers.model_to_component_factory import ModelToComponentFactory
from jsonschema import Draft7Validator

from readers import Json
from report import Report


def language() -> Json:
    schema = pkgutil.get_data("airbyte_cdk", "sources/declarative/declarative_component_schema.yaml")
    assert schema is not None
    loaded: Json = yaml.safe_load(schema)
    return loaded


def schema_problems(manifest: Json) -> list[str]:
    resolved = ManifestReferenceResolver().preprocess_manifest(manifest)
    validator = Draft7Validator(language())
    return [
        f"{'/'.join(map(str, error.path))}: {error.message[:300]}"
        for error in validator.iter_errors(resolved)
    ]


def _components(value: Any, path: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _components(one, f"{path}/{index}")
    elif isinstance(value, dict):
        if isinstance(value.get("type"), str):
            yield path, value
        for key, one in value.items():
            # What stands there is no component.
            if key not in ("schema", "schemas", "connection_specification"):
                yield from _components(one, f"{path}/{key}")


def unknown_keys(manifest: Json) -> list[str]:
    """The schema allows any key almost everywhere, so a misspelt one would go unnoticed."""
    schema = language()
    known = {**schema["definitions"], "DeclarativeSource": schema}
    problems = []
    for path, component in _components(manifest):
        definition = known.get(component["type"])
        if definition is None:
            problems.append(f"{path}: there is no component {component['type']}")
            continue
        keys = set(definition["properties"]) | {"type"}
        problems += [f"{path}: {component['type']} has no {key}" for key in component if key not in keys]
    return problems


def _source(manifest: Json, config: Json) -> ConcurrentDeclarativeSource:
    return ConcurrentDeclarativeSource(config=config, catalog=None, state=[], source_config=manifest)


def spec_of(manifest: Json) -> Json:
    return _source(manifest, {}).spec(logging.getLogger("oracle")).connectionSpecification


def streams_without_limit(manifest: Json, config: Json) -> list[str]:
    """Streams whose requests no policy of the budget fits."""
    resolved = _source(manifest, config).resolved_manifest
    budget = ModelToComponentFactory().create_component(HTTPAPIBudget, resolved["api_budget"], config)
    found = []
    for stream in resolved["streams"]:
        url = re.sub(r"{{.*?}}", "1", stream["retriever"]["requester"]["url"])
        if budget.get_matching_policy(requests.Request("GET", url)) is None:
            found.append(f"{stream['name']}: {url}")
    return found


def without_descriptions(value: Any) -> Any:
    if isinstance(value, list):
        return [without_descriptions(one) for one in value]
    if isinstance(value, dict):
        return {
            key: without_descriptions(one)
            for key, one in value.items()
            if key != "description" or not isinstance(one, str)
        }
    return value


def check_manifest(manifest: Json, report: Report) -> None:
    report.check("the manifest fits the schema of the language", schema_problems(manifest))
    report.check("it has no key that the language does not know", unknown_keys(manifest))
    spec = spec_of(manifest)
    wanted = ["secret_key", "start_date", "end_date", "lookback_window_days", "num_workers", "requests_per_minute"]
    report.check(
        "spec asks for the key and the options",
        [] if list(spec["properties"]) == wanted and spec["required"] == ["secret_key"] else [str(spec)],
    )
    for key in ("sk_test_1", "sk_live_1"):
        report.check(
            f"each stream has a rate limit ({key[:7]})", streams_without_limit(manifest, {"secret_key": key})
        )
