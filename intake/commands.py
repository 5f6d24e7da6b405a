"""The `intake` command; `intake --help` names its verbs."""

import argparse
import getpass
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from intake import drawing_commands, running_commands
from intake.config import Config, UnsafeSetting, from_environment
from intake.logs import configure
from workflows.errors import WorkflowError


def main(words: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 refused or not found, 2 misused or unreadable."""
    parser = argparse.ArgumentParser(prog="intake", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    serve = verbs.add_parser("serve", help="serve the pages with several processes")
    serve.add_argument("--bind", default=f"127.0.0.1:{os.environ.get('PORT', '8000')}")
    serve.add_argument("--workers", type=int, default=2)
    verbs.add_parser("worker", help="fire due timers and send mail until stopped")
    verbs.add_parser("upgrade", help="bring the database to this version, publish the drawings")
    drawing_commands.add_to(verbs)
    running_commands.add_to(verbs)
    for verb, text in (
        ("backup", "write rows and documents into one ZIP, while the office runs"),
        ("restore", "bring a backup into an empty database"),
    ):
        verbs.add_parser(verb, help=text).add_argument("file", type=Path, metavar="FILE")
    user = verbs.add_parser("user", help="add the first people").add_subparsers(
        dest="user_verb", required=True, metavar="add"
    )
    add = user.add_parser("add", help="add a person; asks for the password")
    for name in ("email", "first_name", "last_name", "organisation", "role"):
        add.add_argument(name)
    verbs.add_parser("demo", help="an office full of invented people on this machine")
    chosen = parser.parse_args(words)
    try:
        configure(as_json=from_environment().log_json)
        return _run(chosen)
    except (UnsafeSetting, WorkflowError, LookupError, OSError) as error:
        print(f"intake: {error}", file=sys.stderr)
        return 1


def _run(chosen: argparse.Namespace) -> int:
    by_files = {**drawing_commands.VERBS, **running_commands.VERBS}
    if chosen.verb in by_files:
        return by_files[chosen.verb](chosen)
    if chosen.verb == "demo":
        return _demo()
    config = from_environment().checked()
    if chosen.verb == "serve":
        return _serve(config, chosen.bind, chosen.workers)
    if chosen.verb == "worker":
        return _worker(config)
    if chosen.verb == "upgrade":
        return _upgrade(config)
    if chosen.verb in ("backup", "restore"):
        return _keep(config, chosen.verb, chosen.file)
    return _add_user(config, chosen)


def _serve(config: Config, bind: str, workers: int) -> int:
    """Replace this process by gunicorn; settings travel in the environment."""
    command = ["gunicorn", "--no-control-socket", "--workers", str(workers), "--bind", bind]
    # No access log: addresses hold the secrets of password links.
    command += ["--config", "python:intake.gunicorn", "intake.serving:app()"]
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="intake-figures-"))
    os.execv(Path(sys.executable).with_name("gunicorn"), command)  # noqa: S606
    return 0


def _worker(config: Config) -> int:
    from intake import create_app
    from intake.forms import routing_of, vocabulary
    from intake.mail import sender
    from workflows.worker import Words, work

    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    app = create_app(config)
    with app.test_request_context():
        words = Words(vocabulary(), routing_of)
    work(sender(app, config), stop, words=words)
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


def _keep(config: Config, verb: str, file: Path) -> int:
    from intake.backups import BadBackup, back_up, restore
    from models.backup import NotEmpty
    from models.session import connect

    engine = connect(config.database_url)
    try:
        if verb == "backup":
            counts = back_up(config, engine, file)
            print(f"{file}: {counts['rows']} rows, {counts['documents']} documents.")
            if counts["missing"]:
                print(f"{counts['missing']} documents are not in {config.documents}.")
                return 1
        else:
            rows = restore(config, engine, file)
            print(f"{sum(rows.values())} rows are back in {len(rows)} tables.")
    except NotEmpty as error:
        raise LookupError(f"the database is not empty (table {error}); name an empty one") from None
    except BadBackup as error:
        raise LookupError(str(error)) from None
    except FileExistsError:
        raise LookupError(f"{file} is there already; name another file") from None
    return 0


def _add_user(config: Config, chosen: argparse.Namespace) -> int:
    from intake import accounts, create_app
    from models.organisations import organisations
    from models.people import Role

    app = create_app(config)
    with app.test_request_context():
        found = [o for o in organisations() if o.name == chosen.organisation]
        if not found:
            names = ", ".join(o.name for o in organisations())
            raise LookupError(
                f"no organisation is called {chosen.organisation!r}; there are: {names}"
            )
        if chosen.role not in {role.value for role in Role}:
            raise LookupError(f"role must be one of: {', '.join(role.value for role in Role)}")
        password = os.environ.get("INTAKE_NEW_PASSWORD") or _asked_for_password()
        if len(password) < accounts.SHORTEST_PASSWORD:
            raise LookupError(f"the password needs {accounts.SHORTEST_PASSWORD} characters")
        accounts.add_user(
            chosen.email, chosen.first_name, chosen.last_name, found[0], Role(chosen.role), password
        )
    print(f"{chosen.email} can sign in.")
    return 0


def _asked_for_password() -> str:
    if not sys.stdin.isatty():
        raise LookupError("nobody is here to type a password; put it into INTAKE_NEW_PASSWORD")
    return getpass.getpass("Password: ")


def _demo() -> int:
    """Set up once, then serve pages and work in the background until Ctrl-C."""
    from intake.demo.office import demo_config, prepare

    port = os.environ.get("PORT", "8000")
    config = demo_config(Path("var/demo"), port)
    prepare(config)
    environment = {
        **os.environ,
        "INTAKE_ENVIRONMENT": "demo",
        "INTAKE_DATABASE_URL": config.database_url,
        "INTAKE_SECRET_KEY": config.secret_key,
        "INTAKE_DOCUMENTS": str(config.documents),
        "INTAKE_BASE_URL": config.base_url,
        "INTAKE_INSECURE_COOKIES": "1",
    }
    print(f"\n  Open {config.base_url} and choose who you want to be.\n", flush=True)
    own = [sys.executable, "-m", "intake"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that its parts end with it
    parts = [
        subprocess.Popen([*own, "serve", "--bind", f"127.0.0.1:{port}"], env=environment),  # noqa: S603
        subprocess.Popen([*own, "worker"], env=environment),  # noqa: S603
    ]
    try:
        return parts[0].wait()
    except KeyboardInterrupt:
        return 0
    finally:
        for part in parts:
            part.terminate()


def new_secret() -> str:
    """A secret key for sessions."""
    return secrets.token_hex(32)
