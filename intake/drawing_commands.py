"""The verbs of `intake` for people who keep drawings in files: check, diff, test, publish."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from intake.config import from_environment
from workflows.errors import FailedExamples, RefusedDrawing

#: More of a file is not read: what is larger is refused anyway.
LARGEST_FILE = 64_000_000
LARGEST_EXAMPLE = 1_000_000


def add_to(verbs: Any) -> None:
    """Tell the parser of each verb what may follow it."""
    check = file_verb(verbs, "check", "say what is wrong with drawings")
    check.add_argument("--json", action="store_true", help="the findings for machines")
    diff = file_verb(
        verbs, "diff", "say in sentences what differs: OLD NEW, or NEW to what is in force"
    )
    diff.add_argument("--json", action="store_true", help="the changes for machines")
    diff.add_argument("--language", choices=("de", "en"), default="de")
    test = file_verb(verbs, "test", "play example cases (*.json) on the drawings beside them")
    test.add_argument("--json", action="store_true", help="the examples for machines")
    test.add_argument("--language", choices=("de", "en"), default="de")
    publish = file_verb(
        verbs, "publish", "put in force, after its example cases (*.json) went well"
    )
    publish.add_argument("--note", default="from files", help="what changes, in a few words")
    publish.add_argument("--json", action="store_true", help="what became of it for machines")
    publish.add_argument("--language", choices=("de", "en"), default="de")


def file_verb(verbs: Any, verb: str, text: str) -> argparse.ArgumentParser:
    """A verb that is followed by files and the id of the process they draw."""
    files: argparse.ArgumentParser = verbs.add_parser(verb, help=text)
    files.add_argument("files", nargs="+", type=Path, metavar="FILE", help="file, folder or ZIP")
    files.add_argument("--process", default="referral", help="the process a case starts with")
    return files


def read_files(files: list[Path]) -> dict[str, bytes]:
    """Files, folders and ZIPs as one bundle; of a folder only its drawings and tables."""
    found: dict[str, bytes] = {}
    for path in files:
        many = sorted([*path.rglob("*.bpmn"), *path.rglob("*.dmn")]) if path.is_dir() else [path]
        for one in many:
            name = str(one.relative_to(path)) if path.is_dir() else one.name
            with one.open("rb") as file:
                found[name] = file.read(LARGEST_FILE)
    return found


def refused(bundle: dict[str, bytes], process: str, forms: Any) -> bool:
    """Whether the check refuses drawings; then it has said why."""
    from workflows.diagrams.check import check

    found = [finding for finding in check(bundle, process, forms) if finding.forbids]
    for finding in found:
        print(finding, file=sys.stderr)
    return bool(found)


def _bare_app() -> Any:
    """Texts and forms without a database."""
    from flask import Flask
    from flask_babel import Babel

    app = Flask("intake")
    Babel(app, default_locale="de")
    return app


def _check(chosen: argparse.Namespace) -> int:
    """0 clean or warnings only, 1 errors, 2 something could not be read."""
    from intake.forms import vocabulary
    from workflows.diagrams.check import check
    from workflows.diagrams.examples import BadExample
    from workflows.diagrams.findings import UNREADABLE
    from workflows.diagrams.played import failed_examples

    try:
        bundle, examples = read_with_examples(chosen.files)
    except (OSError, BadExample) as error:
        print(f"intake: {error}", file=sys.stderr)
        return 2
    with _bare_app().test_request_context():
        forms = vocabulary()
    findings = check(bundle, chosen.process, forms)
    if not any(finding.forbids for finding in findings):
        findings += failed_examples(examples, bundle, chosen.process, forms)
    errors = sum(finding.forbids for finding in findings)
    if chosen.json:
        print(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(finding)
        print(f"{errors} errors, {len(findings) - errors} warnings" if findings else "No findings.")
    if any(finding.code in UNREADABLE for finding in findings):
        return 2
    return 1 if errors else 0


def _test(chosen: argparse.Namespace) -> int:
    """0 every example goes its way, 1 some do not, 2 something cannot be read or is refused."""
    from flask_babel import force_locale

    from intake.forms import vocabulary
    from workflows.diagrams.examples import BadExample, Example
    from workflows.diagrams.played import play_all

    try:
        bundle, written = read_with_examples(chosen.files)
        examples = {name: Example.of(one) for name, one in written.items()}
    except (OSError, BadExample) as error:
        print(f"intake: {error}", file=sys.stderr)
        return 2
    with _bare_app().test_request_context(), force_locale(chosen.language):
        forms = vocabulary()
        if refused(bundle, chosen.process, forms):
            return 2
        played = play_all(examples, bundle, chosen.process, forms)
        _tell_played(played, chosen.json)
    return 1 if any(played.failures.values()) else 0


def read_with_examples(files: list[Path]) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The drawings among files and folders, and the example cases by file name.

    Raises:
        OSError: a file cannot be read.
        BadExample: an example is no JSON or not what an example is.
    """
    from workflows.diagrams.examples import BadExample, Example

    examples = {}
    for file in [file for path in files for file in _examples_in(path)]:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_EXAMPLE)
        try:
            Example.read(data)
        except BadExample as error:
            raise BadExample(f"{file}: {error}") from None
        examples[file.name] = json.loads(data)
    return read_files([path for path in files if path.suffix != ".json"]), examples


def _examples_in(path: Path) -> list[Path]:
    """The examples of a folder, or the one that is named."""
    if path.is_dir():
        return sorted(path.rglob("*.json"))
    return [path] if path.suffix == ".json" else []


def _tell_played(played: Any, as_json: bool) -> None:
    from flask_babel import gettext

    from intake.examples import sentence

    if as_json:
        failures = {name: asdict(f) if f else None for name, f in played.failures.items()}
        told = {"examples": failures, "never_done": sorted(played.never_done)}
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for name, failure in played.failures.items():
        words = sentence(failure) if failure else gettext("geht seinen Weg.")
        print(f"{name} ({played.names[name]}): {words}")
    if played.never_done:
        never = ", ".join(sorted(played.never_done))
        print(gettext("Kein Beispiel erledigt: %(elements)s.", elements=never))


def _publish(chosen: argparse.Namespace) -> int:
    """0 done, 1 the check or an example case says no, 2 a file cannot be read."""
    from flask_babel import force_locale

    from intake import create_app
    from intake.forms import vocabulary
    from workflows.diagrams.examples import BadExample
    from workflows.diagrams.published import publish

    try:
        bundle, examples = read_with_examples(chosen.files)
    except (OSError, BadExample) as error:
        print(f"intake: {error}", file=sys.stderr)
        return 2
    app = create_app(from_environment().checked())
    findings: list[Any] = []
    failures: dict[str, Any] = {}
    version = None
    with app.test_request_context(), force_locale(chosen.language):
        told = {"by": None, "note": chosen.note[:300], "examples": examples}
        try:
            version = publish(bundle, chosen.process, vocabulary(), **told).version
        except RefusedDrawing as refused:
            findings = refused.findings
        except FailedExamples as failed:
            failures = failed.failures
        _tell_published(chosen, version, findings, failures)
    return 0 if version else 1


def _tell_published(
    chosen: argparse.Namespace, version: int | None, findings: list[Any], failures: dict[str, Any]
) -> None:
    from intake.examples import sentence

    if chosen.json:
        found = {
            "process": chosen.process,
            "version": version,
            "findings": [finding.as_dict() for finding in findings],
            "examples": {name: asdict(failure) for name, failure in failures.items()},
        }
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for finding in findings:
        print(finding, file=sys.stderr)
    for name, failure in failures.items():
        print(f"{name}: {sentence(failure)}", file=sys.stderr)
    if version:
        print(f"{chosen.process} {version} is in force for new cases.")


def _diff(chosen: argparse.Namespace) -> int:
    """0 nothing differs, 1 something does, 2 something could not be read."""
    from flask_babel import force_locale

    from intake.differences import sentence
    from workflows.diagrams.differences import differences

    if len(chosen.files) > 2:
        print("intake: name the old and the new files, or the new ones only", file=sys.stderr)
        return 2
    try:
        *old, new = (read_files([path]) for path in chosen.files)
    except OSError as error:
        print(f"intake: {error}", file=sys.stderr)
        return 2
    changes, unread = differences(old[0] if old else _in_force(chosen.process), new)
    for finding in unread:
        print(finding, file=sys.stderr)
    if chosen.json:
        print(json.dumps([change.as_dict() for change in changes], ensure_ascii=False, indent=1))
    else:
        with _bare_app().test_request_context(), force_locale(chosen.language):
            for change in changes:
                print(f"{change.inside}: {sentence(change)}")
    return 2 if unread else 1 if changes else 0


def _in_force(process: str) -> dict[str, bytes]:
    """The files of the version that new cases take. Raises LookupError where there is none."""
    from intake import create_app
    from models.processes import latest_diagram

    with create_app(from_environment().checked()).test_request_context():
        diagram = latest_diagram(process)
        if diagram is None:
            raise LookupError(f"no version of {process!r} is in force; name the old files too")
        return {name: text.encode() for name, text in diagram.files.items()}


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "check": _check,
    "diff": _diff,
    "test": _test,
    "publish": _publish,
}
