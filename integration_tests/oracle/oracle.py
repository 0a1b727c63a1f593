"""Airbyte's low-code runtime as an oracle: what it reads with the released manifests, this connector reads.

`npm run test:oracle` runs it, with the runtime of requirements.txt. For each scenario of scenarios.ts both
read the same sandbox twice, with a change of the data in between. Records are compared as multisets, states by
their instant. A difference that differences.json does not name fails; so does an entry there that nothing
needs any more.

    npm run test:oracle [-- a provider's name or a scenario's title, ...]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import yaml

from comparison import Difference, compare_records, load_differences, missing_records
from manifest_checks import check_manifest, without_descriptions
from readers import ROOT, Json, Reader, Run, Sandbox, builder, ours, scenarios, theirs
from report import Report
from verdicts import Scenario, Sync, examples, verdict_of

# As in scenarios.ts.
USUAL = "the usual answers"


def check_builder(scenario: Scenario, manifest: Json, folder: Path, report: Report) -> None:
    streams = [stream["$ref"].split("/")[-1] for stream in manifest["streams"]]
    resolve = builder(manifest, scenario.sandbox, folder / "resolve", "resolve_manifest")
    shown = resolve.run("read", catalog={"streams": []}).of_type("RECORD")
    names = [one["name"] for message in shown for one in message["record"]["data"]["manifest"]["streams"]]
    report.check("the Connector Builder can show it", [] if names == streams else [f"it shows {names}"])
    for name in manifest["check"]["stream_names"]:
        catalog = configured(
            {name: {"name": name, "json_schema": {}, "supported_sync_modes": ["incremental"]}}
        )
        run = builder(manifest, scenario.sandbox, folder / name, "test_read").run("read", catalog=catalog)
        slices = [one for message in run.of_type("RECORD") for one in message["record"]["data"]["slices"]]
        pages = [page for one in slices for page in one["pages"]]
        problems = [] if pages else [f"it reads nothing: {str(run.messages)[-600:]}"]
        report.check(f"the Connector Builder can test it ({name})", problems)


def check_connection(scenario: Scenario, report: Report) -> None:
    def status(run: Run) -> str:
        return "".join(message["connectionStatus"]["status"] for message in run.of_type("CONNECTION_STATUS"))

    there = scenario.there
    report.check("check succeeds", [] if status(there.run("check")) == "SUCCEEDED" else ["it does not"])
    wrong = there.run("check", {**there.config, "secret_key": "sk_test_wrong"})
    said = str(wrong.of_type("CONNECTION_STATUS"))
    report.check(
        "check fails with a wrong key, in the words of this connector",
        [] if status(wrong) == "FAILED" and "does not accept the secret key" in said else [said],
    )


def streams_of(reader: Reader) -> dict[str, Json]:
    [message] = reader.run("discover").of_type("CATALOG")
    return {stream["name"]: stream for stream in message["catalog"]["streams"]}


def check_catalog(here: dict[str, Json], there: dict[str, Json], report: Report) -> None:
    problems = [f"{name} is missing" for name in here if name not in there]
    keys = ["json_schema", "supported_sync_modes", "source_defined_primary_key", "default_cursor_field"]
    for name, stream in there.items():
        own = here[name]
        for key in keys:
            if without_descriptions(own.get(key) or None) != (stream.get(key) or None):
                values = (str(one.get(key))[:200] for one in (stream, own))
                problems.append(f"{name}: {key} is {', here '.join(values)}")
    report.check("discover lists the same streams, keys, cursors and schemas", problems)


def configured(streams: dict[str, Json]) -> Json:
    return {
        "streams": [
            {
                "stream": stream,
                "sync_mode": stream["supported_sync_modes"][-1],
                "destination_sync_mode": "append",
            }
            for stream in streams.values()
        ]
    }


def sync(scenario: Scenario, catalog: Json, before: Sync | None) -> Sync:
    def states(run: Run) -> list[Json]:
        return list(run.states.values())

    return Sync(
        scenario.here.run("read", catalog=catalog, state=before and states(before.here)),
        scenario.there.run("read", catalog=catalog, state=before and states(before.there)),
    )


def check_crossing(scenario: Scenario, streams: dict[str, Json], syncs: list[Sync], report: Report) -> None:
    """A connection can move from the image to the manifest, and back: each goes on from the other's state."""
    first, second = syncs
    crossed = scenario.there.run("read", catalog=configured(streams), state=list(first.here.states.values()))
    problems = []
    for name in streams:
        documented = scenario.documented(name)
        before = first.here.records.get(name, [])
        compared = compare_records(
            second.here.records.get(name, []), crossed.records.get(name, []), before, documented
        )
        problems += [f"{name}: {example}" for example in examples(compared)]
    report.check("the manifest goes on from a state of this connector", problems)

    back = scenario.here.run("read", catalog=configured(streams), state=list(first.there.states.values()))
    problems = []
    for name in streams:
        # It may read more, since its mark is that of the partition which is furthest behind.
        lost = missing_records(
            second.here.records.get(name, []), back.records.get(name, []), scenario.documented(name)
        )
        problems += [f"{name}: {len(lost)} records are missing"] if lost else []
    report.check("this connector goes on from a state of the manifest", problems)


def check_reads(scenario: Scenario, streams: dict[str, Json], report: Report) -> None:
    catalog = configured(streams)
    syncs = [sync(scenario, catalog, None)]
    # Where streams must fail, a second sync would show nothing new.
    if not any(scenario.documented(name).find("fails") for name in streams):
        scenario.sandbox.ask("change")
        syncs.append(sync(scenario, catalog, syncs[0]))
    verdicts = [verdict_of(scenario, stream, syncs) for stream in streams.values()]
    report.table(
        [
            "stream",
            *(f"sync {number + 1}" for number in range(len(syncs))),
            "state",
            "documented differences",
        ],
        [(verdict.cells, verdict.problems) for verdict in verdicts],
    )
    if scenario.title == USUAL:
        check_crossing(scenario, streams, syncs, report)
    violations = scenario.sandbox.ask("requests")["violations"]
    report.check("nothing was asked that a reader must not ask", violations)


def run_scenario(
    provider: str, title: str, differences: list[Difference], report: Report, folder: Path
) -> None:
    print(f"\n{provider}: {title}", flush=True)
    started = time.monotonic()
    text = (ROOT / "manifests" / f"{provider}.yaml").read_text()
    released = yaml.safe_load(text)
    sandbox = Sandbox(provider, title)
    # All that differs from what is released.
    for official, address in sandbox.addresses.items():
        text = text.replace(official, address)
    try:
        here = ours(provider, sandbox, folder / "here")
        there = theirs(text, sandbox, folder / "there")
        scenario = Scenario(provider, title, sandbox, here, there, differences)
        own, listed = streams_of(here), streams_of(there)
        if title == USUAL:
            check_manifest(released, report)
            check_builder(scenario, yaml.safe_load(text), folder / "builder", report)
            check_connection(scenario, report)
            check_catalog(own, listed, report)
        check_reads(scenario, {name: own[name] for name in listed}, report)
        print(f"  {time.monotonic() - started:.0f} s")
    finally:
        sandbox.close()


def main(only: list[str]) -> int:
    report = Report()
    differences = load_differences()
    chosen = [one for one in scenarios() if not only or one[0] in only or one[1] in only]
    for number, (provider, title) in enumerate(chosen):
        with tempfile.TemporaryDirectory() as folder:
            run_scenario(provider, title, differences, report, Path(folder) / str(number))
    if not only:
        print("\nthe documented differences")
        report.check(
            "each is still needed",
            [f"{one.what} of {one.provider} {', '.join(one.streams)}" for one in differences if not one.used],
        )
    return report.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
