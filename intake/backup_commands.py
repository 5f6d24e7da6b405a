"""The verbs of `intake` that keep an office and bring it back: backup, restore."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from intake.config import from_environment


def add_to(verbs: Any) -> None:
    """Tell the parser of each verb what may follow it."""
    for verb, text in (
        ("backup", "write rows and documents into one ZIP, while the office runs"),
        ("restore", "bring a backup into an empty database"),
    ):
        verbs.add_parser(verb, help=text).add_argument("file", type=Path, metavar="FILE")


def _keep(chosen: argparse.Namespace) -> int:
    from intake.backups import BadBackup, back_up, restore
    from models.backup import NotEmpty
    from models.session import connect

    config, verb, file = from_environment().checked(), chosen.verb, chosen.file
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


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {"backup": _keep, "restore": _keep}
