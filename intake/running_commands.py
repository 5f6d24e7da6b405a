"""The verbs of `intake` that look at an office while drawings or forms change: rehearse, rebind, uses."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from intake.config import from_environment
from intake.drawing_commands import file_verb, read_files, refused

#: After so many cases a long verb says how far it is.
PROGRESS = 500


def add_to(verbs: Any) -> None:
    """Tell the parser of each verb what may follow it."""
    text = "say how every running case would go on with other drawings; writes nothing"
    rehearse = file_verb(verbs, "rehearse", text)
    text = "replay the answers of ended cases too"
    rehearse.add_argument("--ended", action="store_true", help=text)
    rehearse.add_argument("--json", action="store_true", help="the cases for machines")
    rehearse.add_argument("--language", choices=("de", "en"), default="de")
    text = (
        "move running cases to a version of their drawings; run it again to go on where it stopped"
    )
    rebind = verbs.add_parser("rebind", help=text)
    rebind.add_argument("--process", default="referral", help="the process a case starts with")
    rebind.add_argument("--to", type=int, metavar="VERSION", help="instead of the one in force")
    rebind.add_argument("--case", action="append", metavar="NUMBER", help="only this; repeatable")
    rebind.add_argument(
        "--back", action="store_true", help="take back the moves to it, where nobody has gone on"
    )
    rebind.add_argument("--json", action="store_true", help="the cases for machines")
    rebind.add_argument("--language", choices=("de", "en"), default="de")
    text = "say what would break if a question of a form, or one of its choices, went away"
    used = verbs.add_parser("uses", help=text)
    used.add_argument("question", help="such as triage.decision, or triage.decision=admit")
    used.add_argument("--json", action="store_true", help="the places for machines")
    used.add_argument("--language", choices=("de", "en"), default="de")


def _rehearse(chosen: argparse.Namespace) -> int:
    """0 every case goes on, 1 some are blocked, 2 the check refuses the drawings."""
    from flask_babel import force_locale

    from intake import create_app
    from intake.forms import vocabulary
    from workflows.rehearsal import rehearse

    try:
        bundle = read_files(chosen.files)
    except OSError as error:
        print(f"intake: {error}", file=sys.stderr)
        return 2
    app = create_app(from_environment().checked())
    with app.test_request_context(), force_locale(chosen.language):
        if refused(bundle, chosen.process, vocabulary()):
            return 2
        cases = []
        for number, case in enumerate(rehearse(bundle, chosen.process), 1):
            cases.append(case)
            if number % PROGRESS == 0:
                print(f"{number} …", file=sys.stderr)
        ended = _replayed(bundle, chosen) if chosen.ended else []
        _tell_rehearsed(cases, ended, chosen.json)
    return 1 if any(case.blocked for case in cases) else 0


def _replayed(bundle: dict[str, bytes], chosen: argparse.Namespace) -> list[Any]:
    from intake.forms import routing_of, vocabulary
    from workflows.rehearsals import replay

    found = []
    for number, case in enumerate(replay(bundle, chosen.process, vocabulary(), routing_of), 1):
        found.append(case)
        if number % PROGRESS == 0:
            print(f"{number} …", file=sys.stderr)
    return found


def _tell_rehearsed(cases: list[Any], ended: list[Any], as_json: bool) -> None:
    from flask_babel import gettext

    from intake.differences import hindrance, sentence

    if as_json:
        told = [asdict(case) for case in cases]
        columns = ("number", "version", "result", "told")
        told += [{column: getattr(case, column) for column in columns} for case in ended]
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return
    blocked = [case for case in cases if case.blocked]
    changed = [case for case in cases if case.changes]
    counts = {"n": len(cases) - len(blocked), "c": len(changed), "b": len(blocked)}
    print(
        gettext(
            "%(n)s Fälle gehen mit, davon %(c)s mit Änderungen; %(b)s gehen nicht mit.", **counts
        )
    )
    for case in (*blocked, *changed):
        words = [*map(hindrance, case.blocked), *map(sentence, case.changes)]
        print(f"{case.number} (Version {case.version}): {' '.join(words)}")
    if ended:
        _tell_ended(ended)


def _tell_ended(ended: list[Any]) -> None:
    from collections import Counter

    from intake import wording
    from intake.rehearsed import why

    for result, number in Counter(case.result for case in ended).items():
        print(f"{number} {wording.REHEARSED[result]}")
    for case in ended:
        if case.result != "same":
            print(f"{case.number} (Version {case.version}): {' '.join(why(case.told))}")


def _rebind(chosen: argparse.Namespace) -> int:
    """0 every case moved, 1 some did not, 2 there is no such version or no such running case."""
    from flask_babel import force_locale

    from intake import create_app
    from intake.differences import hindrance
    from models.processes import diagram_of, latest_diagram
    from workflows.desk.rebinding import cases_to_move, cases_to_return
    from workflows.moves import move_back, move_one

    app = create_app(from_environment().checked())
    with app.test_request_context(), force_locale(chosen.language):
        diagram = (
            diagram_of(chosen.process, chosen.to) if chosen.to else latest_diagram(chosen.process)
        )
        if diagram is None:
            print(f"intake: there is no such version of {chosen.process!r}", file=sys.stderr)
            return 2
        cases = cases_to_return(diagram) if chosen.back else cases_to_move(diagram)
        unknown = set(chosen.case or ()) - set(cases)
        for number in sorted(unknown):
            print(f"intake: {number} is no case that could be moved", file=sys.stderr)
        if unknown:
            return 2
        wanted = {number: cases[number] for number in chosen.case} if chosen.case else cases
        hindered = {}
        for count, (number, referral_id) in enumerate(wanted.items(), 1):
            back = chosen.back
            found = move_back(referral_id, None) if back else move_one(referral_id, diagram, None)
            if found:
                hindered[number] = [hindrance(blocker) for blocker in found]
            if count % PROGRESS == 0:
                print(f"{count} / {len(wanted)} …", file=sys.stderr)
        _tell_moved(len(wanted), hindered, chosen.json)
    return 1 if hindered else 0


def _tell_moved(asked: int, hindered: dict[str, list[str]], as_json: bool) -> None:
    from flask_babel import gettext

    moved = asked - len(hindered)
    if as_json:
        print(json.dumps({"moved": moved, "blocked": hindered}, ensure_ascii=False, indent=1))
        return
    print(gettext("%(n)s Fälle umgestellt, %(b)s nicht.", n=moved, b=len(hindered)))
    for number, words in hindered.items():
        print(f"{number}: {' '.join(words)}")


def _uses(chosen: argparse.Namespace) -> int:
    """0 nothing reads it, 1 something does, 2 no form asks this."""
    from flask_babel import force_locale

    from intake import create_app
    from intake.questions import NoSuchQuestion, places, readings

    name, _sign, choice = chosen.question.partition("=")
    app = create_app(from_environment().checked())
    with app.test_request_context(), force_locale(chosen.language):
        try:
            found = readings(name, choice)
        except NoSuchQuestion as error:
            print(f"intake: no form asks {error}", file=sys.stderr)
            return 2
        told = list(places(found))
        if chosen.json:
            print(json.dumps([asdict(place) for place in told], ensure_ascii=False, indent=1))
        for place in [] if chosen.json else told:
            print(f"{place.where}: {place.what}{f' ({place.values})' if place.values else ''}")
    return 1 if told else 0


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "rehearse": _rehearse,
    "rebind": _rebind,
    "uses": _uses,
}
