"""The `intake` command; `intake --help` names its verbs."""

import argparse
import logging
import os
import secrets
import signal
import sys
import tempfile
import threading
from pathlib import Path

import click
import sqlalchemy as sa

from intake import backup_commands, drawing_commands, running_commands, shell
from intake.config import Config, UnsafeSetting, from_environment
from intake.doctor_commands import doctor
from intake.listening import Taken, free
from intake.logs import configure, destination
from intake.mail_server import unencrypted
from intake.office_commands import organisation, programme
from intake.people_commands import user
from intake.place_commands import place
from workflows.errors import WorkflowError

#: The verbs that click reads; the others are read by argparse.
GROUPS: dict[str, click.Command] = {
    command.name or "": command for command in (organisation, programme, place, user, doctor)
}
#: Verbs that go on until they are stopped.
LASTING = ("serve", "worker")


def main(words: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 refused or not found, 2 misused or unreadable."""
    words = sys.argv[1:] if words is None else words
    if words and words[0] in GROUPS:
        return _click(GROUPS[words[0]], words[1:])
    parser = argparse.ArgumentParser(prog="intake", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    serve = verbs.add_parser("serve", help="serve the pages with several processes")
    text = "HOST:PORT or unix:PATH; may be said more than once"
    serve.add_argument("--bind", action="append", metavar="ADDRESS", help=text)
    serve.add_argument("--workers", type=int, default=2)
    verbs.add_parser("worker", help="fire due timers and send mail until stopped")
    verbs.add_parser("upgrade", help="bring the database to this version, publish the drawings")
    drawing_commands.add_to(verbs)
    running_commands.add_to(verbs)
    backup_commands.add_to(verbs)
    for name, group in GROUPS.items():
        verbs.add_parser(name, help=group.get_short_help_str(90))
    verbs.add_parser("demo", help="an office full of invented people on this machine")
    chosen = parser.parse_args(words)
    try:
        if chosen.verb == "demo":
            return _demo()
        configure(from_environment(), lasting=chosen.verb in LASTING)
        return _run(chosen)
    except (UnsafeSetting, Taken, WorkflowError, LookupError, OSError) as error:
        print(f"intake: {error}", file=sys.stderr)
        return 1
    except sa.exc.SQLAlchemyError as error:
        print(f"intake: {shell.no_database(error)}", file=sys.stderr)
        return 1


def _click(command: click.Command, words: list[str]) -> int:
    """A verb that click reads. The doctor tells of unsafe settings itself, and makes no file."""
    if command is not doctor:
        try:
            configure(from_environment(), lasting=False)
        except (UnsafeSetting, OSError) as error:
            print(f"intake: {error}", file=sys.stderr)
            return 1
    return shell.run(command, words)


def _run(chosen: argparse.Namespace) -> int:
    elsewhere = {**drawing_commands.VERBS, **running_commands.VERBS, **backup_commands.VERBS}
    if chosen.verb in elsewhere:
        return elsewhere[chosen.verb](chosen)
    config = from_environment().checked()
    if chosen.verb == "serve":
        return _serve(config, chosen.bind or [_address()], chosen.workers)
    if chosen.verb == "worker":
        return _worker(config)
    if chosen.verb == "upgrade":
        return _upgrade(config)
    raise LookupError(f"no verb is called {chosen.verb}")


def _address() -> str:
    return f"127.0.0.1:{os.environ.get('PORT', '8000')}"


def _serve(config: Config, binds: list[str], workers: int) -> int:
    """Replace this process by gunicorn; settings travel in the environment."""
    from intake.gunicorn import FIGURES

    free(binds, "name another address with --bind")
    command = ["gunicorn", "--no-control-socket", "--workers", str(workers)]
    for bind in binds:
        command += ["--bind", bind]
    # No access log: addresses hold the secrets of password links.
    command += ["--config", "python:intake.gunicorn", "intake.serving:app()"]
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=FIGURES)
    _say_where(config, "Pages at " + ", ".join(binds))
    os.execv(Path(sys.executable).with_name("gunicorn"), command)  # noqa: S606
    return 0


def _say_where(config: Config, what: str) -> None:
    """A person at a terminal sees no log lines; tell where they are."""
    log = logging.getLogger(__name__)
    log.info(what)
    if warning := unencrypted(config):
        log.warning(warning)
    if file := destination(config, lasting=True):
        print(f"{what}; log lines go to {file}; Ctrl-C stops.", flush=True)


def _worker(config: Config) -> int:
    from intake import create_app
    from intake.forms import routing_of, vocabulary
    from intake.mail import sender
    from intake.scanner import papers
    from workflows.worker import Words, work

    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    _say_where(config, "The worker runs")
    app = create_app(config)
    with app.test_request_context():
        words = Words(vocabulary(), routing_of)
    work(sender(app, config), stop, words=words, papers=papers(config))
    return 0


def _upgrade(config: Config) -> int:
    from intake import create_app
    from intake.forms import vocabulary
    from models.migrations import upgrade
    from models.reference import load_reference
    from workflows.diagrams.published import ship

    upgrade(config.database_url)
    with create_app(config).test_request_context():
        load_reference()
        diagram = ship(vocabulary())
    print(f"The database is up to date; {diagram.process_id} {diagram.version} is in force.")
    return 0


def _demo() -> int:
    from intake.demo.running import run

    return run(Path("var/demo"), os.environ.get("PORT", "8000"))


def new_secret() -> str:
    """A secret key for sessions."""
    return secrets.token_hex(32)
