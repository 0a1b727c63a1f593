"""The standard tests of Airbyte's CDK, with acceptance-test-config.yml: on the program and on the image."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.models.scenario import REMOVED_ENTRY_KEYS
from airbyte_cdk.test.standard_tests import docker_base
from airbyte_cdk.test.standard_tests._job_runner import IConnector
from airbyte_cdk.test.standard_tests._spec_compatibility import compare_specs
from airbyte_cdk.test.standard_tests.source_base import SourceTestSuiteBase
from airbyte_cdk.utils import docker
from boltons.typeutils import classproperty

from connector import EXECUTABLE, reaching_host
from sandbox import ROOT, Sandbox

#: Keys of the older acceptance tests, whose rules our own suite (integration_tests/acceptance) applies. The
#: standard tests refuse a file that has them.
NOT_READ = {*REMOVED_ENTRY_KEYS, "validate_stream_statuses"}


class Program:
    """Stands in for the Python object that the suite expects; `run_program` is what runs it."""

    def spec(self, logger: object) -> None:
        raise NotImplementedError(f"{EXECUTABLE.name} is a program of its own")


def run_program(source: object, args: list[str], **_options: object) -> EntrypointOutput:
    """In place of the CDK's function that calls a connector written in Python."""
    command = [str(EXECUTABLE), *args]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    failure = subprocess.CalledProcessError(done.returncode, command, stderr=done.stderr)
    return EntrypointOutput(
        command=command,
        messages=done.stdout.splitlines(),
        stderr=done.stderr,
        uncaught_exception=failure if done.returncode != 0 else None,
    )


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with Sandbox("paystack", "fixed") as paystack, Sandbox("pagarme", "fixed") as pagarme:
        yield {**paystack.environment, **pagarme.environment}
        assert paystack.violations() == []
        assert pagarme.violations() == []


class TestStandard(SourceTestSuiteBase):
    @pytest.fixture(autouse=True)
    def _sandboxes(self, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(entrypoint_wrapper, "_run_command", run_program)

        def run_image(command: list[str], **options: Any) -> EntrypointOutput:
            reaching = reaching_host(command, environment)
            return docker.run_docker_airbyte_command(reaching, **options)

        monkeypatch.setattr(docker_base, "run_docker_airbyte_command", run_image)

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        return ROOT

    @classproperty
    def acceptance_test_config(cls) -> Any:  # noqa: N805
        read = yaml.safe_load((ROOT / "acceptance-test-config.yml").read_text())
        for section in read["acceptance_tests"].values():
            for entry in section.get("tests", []):
                for key in NOT_READ & entry.keys():
                    del entry[key]
        return read

    @classmethod
    def create_connector(cls, scenario: ConnectorTestScenario | None) -> IConnector:
        return Program()

    @pytest.mark.image
    def test_docker_image_spec_backward_compatibility(  # type: ignore[override]
        self, connector_image_override: str | None
    ) -> None:
        """Airbyte's comparison, with the spec of our last version: its registry has none of ours."""
        assert connector_image_override is not None
        published = json.loads((ROOT / "integration_tests" / "spec.snapshot.json").read_text())
        spec = docker_base._run_spec_in_image(connector_image_override, "oss")
        assert compare_specs(published, spec).is_backward_compatible
