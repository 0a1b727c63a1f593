"""What a scenario's syncs say about a stream."""

from __future__ import annotations

from dataclasses import dataclass

from comparison import Comparison, Difference, Documented, compare_records, compare_states
from readers import Json, Reader, Run, Sandbox


@dataclass
class Scenario:
    provider: str
    title: str
    sandbox: Sandbox
    here: Reader
    there: Reader
    differences: list[Difference]

    def documented(self, stream: str) -> Documented:
        return Documented(self.differences, self.provider, self.title, stream)


@dataclass
class Sync:
    """One sync of both."""

    here: Run
    there: Run


def examples(compared: Comparison) -> list[str]:
    return [
        *(f"missing there ({len(compared.missing)}): {text[:400]}" for text in compared.missing[:1]),
        *(f"only there ({len(compared.extra)}): {text[:400]}" for text in compared.extra[:1]),
    ]


@dataclass
class Verdict:
    """A stream's line of the table, and what is wrong with it."""

    cells: list[str]
    problems: list[str]


def must_fail(entry: Difference, stream: str, syncs: list[Sync]) -> Verdict:
    run = syncs[0].there
    status = run.statuses.get(stream)
    has_failed = status == "INCOMPLETE" and any(
        entry.message in error for error in run.errors if entry.message
    )
    problems = [] if has_failed else [f"it should fail there, but is {status}: {run.errors}"]
    return Verdict(
        [stream, *("" for _ in syncs), "fails there, and says why" if has_failed else "does not fail", ""],
        problems,
    )


def verdict_of(scenario: Scenario, stream: Json, syncs: list[Sync]) -> Verdict:
    name = stream["name"]
    documented = scenario.documented(name)
    failure = documented.find("fails")
    if failure is not None:
        documented.use(failure)
        return must_fail(failure, name, syncs)

    [cursor] = stream.get("default_cursor_field") or [None]
    verdict = Verdict([name], [])
    states: list[str] = []
    before: list[Json] = []
    for one in syncs:
        records = one.here.records.get(name, [])
        compared = compare_records(records, one.there.records.get(name, []), before, documented)
        before = records
        verdict.cells.append(
            f"{compared.ours} {'=' if compared.ours == compared.theirs else '/'} {compared.theirs}"
        )
        verdict.problems += examples(compared)
        state = compare_states(name, cursor, one.here, one.there, documented)
        states.append(state if state in ("same", "ahead") else "DIFFERS")
        verdict.problems += [] if state in ("same", "ahead") else [f"state: {state}"]
        for whose, run in (("here", one.here), ("there", one.there)):
            if run.statuses.get(name) != "COMPLETE":
                verdict.problems.append(f"{run.statuses.get(name)} {whose}: {run.errors[:3]}")
    verdict.cells += [" then ".join(dict.fromkeys(states)), ", ".join(documented.seen)]
    return verdict
