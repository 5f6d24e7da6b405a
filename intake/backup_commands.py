"""The verbs of `intake` that keep an office and bring it back: backup, restore."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from intake.backups import KEPT
from intake.config import from_environment
from intake.whole import whole


def add_to(verbs: Any) -> None:
    """Tell the parser of each verb what may follow it."""
    text = "write rows and documents into one ZIP, while the office runs"
    backup = verbs.add_parser("backup", help=text)
    text = "without it a dated file in the folder of INTAKE_BACKUPS"
    backup.add_argument("file", type=Path, metavar="FILE", nargs="?", help=text)
    text = f"how many dated files stay in the folder (default {KEPT}); the oldest go, last of all"
    backup.add_argument("--keep", type=_some, metavar="N", default=KEPT, help=text)
    restore = verbs.add_parser("restore", help="bring a backup into an empty database")
    restore.add_argument("file", type=Path, metavar="FILE")


def _some(text: str) -> int:
    found = whole(text, 1)
    if found is None:
        raise argparse.ArgumentTypeError("at least one backup stays")
    return found


def _back_up(chosen: argparse.Namespace) -> int:
    """0 done, 1 documents are missing or damaged."""
    from intake.backups import back_up, back_up_in_turn
    from models import journal
    from models.session import connect, transaction

    config, gone = from_environment().checked(), 0
    engine = connect(config.database_url)
    file: Path = chosen.file
    try:
        if chosen.file:
            counts = back_up(config, engine, file)
        else:
            file, counts, gone = back_up_in_turn(config, engine, chosen.keep)
    except FileExistsError as error:
        raise LookupError(f"{error} is there already; name another file") from None
    with transaction():
        journal.write("backup_made", by=None, rows=counts.rows, documents=counts.documents)
    print(f"{file}: {counts.rows} rows, {counts.documents} documents.")
    if gone:
        print(f"Older backups that went: {gone}.")
    if counts.missing:
        missing = f"{len(counts.missing)} documents are not in {config.documents} or are damaged"
        print(f"{missing}; older backups stay.")
        return 1
    return 0


def _restore(chosen: argparse.Namespace) -> int:
    from intake.restore import BadBackup, NotRestored, restore
    from models.backup import NotEmpty
    from models.session import connect

    config = from_environment().checked()
    try:
        rows = restore(config, connect(config.database_url), chosen.file)
    except NotEmpty as error:
        raise LookupError(f"the database is not empty (table {error}); name an empty one") from None
    except (BadBackup, NotRestored) as error:
        raise LookupError(str(error)) from None
    print(f"{sum(rows.values())} rows are back in {len(rows)} tables.")
    return 0


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {"backup": _back_up, "restore": _restore}
