"""The demo as it runs: set up once, then pages and the worker side by side until Ctrl-C."""

import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from intake.config import Config, from_environment
from intake.demo.office import alone, demo_config, prepare
from intake.listening import Taken, free, of_this_machine
from intake.logs import configure
from intake.whole import whole
from models import private

log = logging.getLogger(__name__)


def run(folder: Path, port: str) -> int:
    """Serve the demo of a folder; its terminal shows progress and the address, a file the rest.

    Raises:
        Taken: nothing can be served at this port.
        UnsafeSetting: the log file cannot be written.
    """
    otherwise = "choose another port: PORT=8080 make demo"
    number = whole(port, most=65535)
    if number is None:
        raise Taken(f"PORT must be a number, not {port!r}; {otherwise}")
    addresses = of_this_machine(number)
    free(addresses, otherwise)
    with alone(folder):
        config = _logged(demo_config(folder, port), folder)
        prepare(config)
    print(f"\n  Open {config.base_url} and choose who you want to be.", flush=True)
    print(f"  Log lines go to {config.log_file}; Ctrl-C stops.\n", flush=True)
    binds = [word for address in addresses for word in ("--bind", address)]
    return _until_stopped(config, ["serve", *binds], ["worker"])


def _logged(config: Config, folder: Path) -> Config:
    chosen = from_environment()
    config = replace(config, log=chosen.log, log_file=chosen.log_file or folder / "intake.log")
    configure(config.checked(), lasting=True)
    return config


def _until_stopped(config: Config, *verbs: list[str]) -> int:
    """Run the parts; when one ends by itself the others end with it, and it is said."""
    environment = {
        **os.environ,
        "INTAKE_ENVIRONMENT": "demo",
        "INTAKE_DATABASE_URL": config.database_url,
        "INTAKE_SECRET_KEY": config.secret_key,
        "INTAKE_DOCUMENTS": str(config.documents),
        "INTAKE_BASE_URL": config.base_url,
        "INTAKE_INSECURE_COOKIES": "1",
        "INTAKE_LOG_FILE": str(config.log_file),
    }
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that its parts end with it
    parts: list[subprocess.Popen[bytes]] = []
    try:
        with private.append(Path(str(config.log_file))) as lines:
            for verb in verbs:
                command = [sys.executable, "-m", "intake", *verb]
                told = {"stdout": lines, "stderr": lines}
                parts.append(subprocess.Popen(command, env=environment, **told))  # type: ignore[call-overload]
        while all(part.poll() is None for part in parts):
            time.sleep(0.2)
        print(f"intake: a part of the demo has ended; {config.log_file} says why.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for part in parts:
            part.terminate()
        for part in parts:
            part.wait()
