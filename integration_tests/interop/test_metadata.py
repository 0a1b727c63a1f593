"""metadata.yaml is what Airbyte's published definition of it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from airbyte_cdk.models.connector_metadata import MetadataFile
from airbyte_connector_models.metadata.v0 import connector_metadata_definition_v0 as definition

from sandbox import ROOT

SCHEMA = Path(definition.__file__).with_name("ConnectorMetadataDefinitionV0.json")


@pytest.fixture
def metadata() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yaml").read_text())
    return read


def test_metadata_is_as_the_schema_says(metadata: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text())
    checker = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in checker.iter_errors(metadata)] == []


def test_metadata_is_as_the_models_say(metadata: dict[str, Any]) -> None:
    definition.ConnectorMetadataDefinitionV0.model_validate(metadata)
    assert MetadataFile.from_file(ROOT / "metadata.yaml").data.dockerRepository == "source-payments"
