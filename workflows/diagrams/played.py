"""What becomes of example cases on drawings: played on every check and before every release."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.diagrams.examples import Example, Failure, Forms, Player
from workflows.diagrams.files import Bundle, texts_of
from workflows.diagrams.findings import Finding
from workflows.diagrams.read import read_texts
from workflows.engine.codec import Specs


@dataclass(frozen=True)
class Played:
    """What became of some examples.

    Attributes:
        failures: file to where it went another way, or None.
        names: file to what the example tells.
        never_done: the user tasks that no example has finished.
    """

    failures: dict[str, Failure | None]
    names: dict[str, str]
    never_done: set[str]


def play_all(
    examples: Mapping[str, Example], bundle: Bundle, process_id: str, forms: Forms
) -> Played:
    """Play examples, by file, on drawings that the check lets pass."""
    specs = read_texts(texts_of(bundle), process_id)
    players = {name: Player(example, specs, forms) for name, example in examples.items()}
    failures = {name: player.play() for name, player in players.items()}
    done = set().union(*(player.passed for player in players.values()))
    return Played(failures, {n: e.name for n, e in examples.items()}, _user_tasks(specs) - done)


def failures_of(
    examples: Mapping[str, Any], bundle: Bundle, process_id: str, forms: Forms
) -> dict[str, Failure]:
    """The examples, as JSON by file, that go another way on drawings that the check lets pass."""
    if not examples:
        return {}
    read = {name: Example.of(written) for name, written in examples.items()}
    played = play_all(read, bundle, process_id, forms)
    return {name: failure for name, failure in played.failures.items() if failure is not None}


def failed_examples(
    examples: Mapping[str, Any], bundle: Bundle, process_id: str, forms: Forms
) -> list[Finding]:
    """The same as findings, by file."""
    return [
        Finding(
            "EXAMPLE_FAILED",
            name,
            "",
            str(examples[name].get("name", "")),
            0,
            f"step {f.number}: {f.reason}: {f.wanted or 'nothing'}; found: {f.found or 'nothing'}",
        )
        for name, f in sorted(failures_of(examples, bundle, process_id, forms).items())
    ]


def _user_tasks(specs: Specs) -> set[str]:
    """The elements that people work on, in the process and in those that it calls."""
    parts = (specs[0], *specs[1].values())
    return {
        task.bpmn_id
        for part in parts
        for task in part.task_specs.values()
        if task.manual and task.bpmn_id
    }
