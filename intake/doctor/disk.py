"""Where files lie: papers, backups, the database's own; who may read them, how much room is left."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from flask_babel import gettext, ngettext

from intake import wording
from intake.backups import newest_backup
from intake.config import Config
from intake.doctor.lines import Finding, lacking, missing, ok, typed, warn
from models.base import now
from models.database import file_of

LEAST_ROOM = 1024**3
#: A backup is made every night; one may fail.
NEWEST_BACKUP = timedelta(hours=48)
_OTHERS = 0o077


def papers(config: Config) -> Iterator[Finding]:
    """The folder of documents is there, ours alone, and has room."""
    folder, setting = config.documents.resolve(), typed("INTAKE_DOCUMENTS")
    if not folder.is_dir():
        yield lacking(
            config,
            gettext("Den Ordner der Dokumente, %(folder)s, gibt es nicht.", folder=folder),
            gettext("Legen Sie ihn an."),
            typed(f"mkdir -p -m 700 {folder}"),
            setting,
        )
        return
    findings = [*_folder(folder), *_room(folder)]
    yield from findings or [
        ok(gettext("%(folder)s ist bereit, %(free)s frei.", folder=folder, free=_free(folder)))
    ]


def backup(config: Config) -> Iterator[Finding]:
    """A whole backup that is younger than two days."""
    folder = config.backups
    if folder is None:
        yield lacking(
            config,
            gettext("Es ist kein Ordner für Sicherungen gesetzt."),
            gettext("Setzen Sie den Ordner, und sichern Sie jede Nacht."),
            typed("INTAKE_BACKUPS"),
        )
        return
    newest = newest_backup(config)
    how = gettext("Sichern Sie jede Nacht; docs/office zeigt, wie."), typed("intake backup")
    if newest is None:
        yield missing(gettext("In %(folder)s liegt keine ganze Sicherung.", folder=folder), *how)
    elif newest < now() - NEWEST_BACKUP:
        when = wording.moment(newest)
        yield missing(gettext("Die neueste Sicherung ist vom %(when)s.", when=when), *how)
    else:
        when = wording.moment(newest)
        yield ok(gettext("Die neueste Sicherung ist vom %(when)s.", when=when))


def modes(config: Config) -> Iterator[Finding]:
    """Files that hold people's data are for their owner only."""
    wrong = [path for path in _kept(config) if path.exists() and path.stat().st_mode & _OTHERS]
    if not wrong:
        yield ok(gettext("Was Daten von Personen enthält, liest nur sein Besitzer."))
        return
    first = wrong[0]
    yield missing(
        ngettext(
            "%(num)s Datei oder Ordner lesen auch andere: %(first)s.",
            "%(num)s Dateien und Ordner lesen auch andere, der erste: %(first)s.",
            len(wrong),
            first=first,
        ),
        gettext("Nehmen Sie den anderen die Rechte."),
        typed(f"chmod -R go= {' '.join(sorted({str(path) for path in wrong[:5]}))}"),
    )


def room(config: Config) -> Iterator[Finding]:
    """Enough free disk wherever something is written."""
    folders = [folder for folder in _folders(config) if folder.is_dir()]
    tight = [finding for folder in folders for finding in _room(folder)]
    free = ", ".join(f"{folder}: {_free(folder)}" for folder in folders)
    yield from tight or [ok(gettext("Es ist Platz frei: %(free)s.", free=free or "–"))]


def _folders(config: Config) -> list[Path]:
    database, kept = file_of(config.database_url), config.backups
    found = [config.documents, database.parent if database else None, kept]
    return list(dict.fromkeys(folder.resolve() for folder in found if folder))


def _kept(config: Config) -> Iterator[Path]:
    """Files and folders that only their owner should read; of documents and backups the folders.

    What lies in a folder that nobody else enters cannot be reached.
    """
    if (database := file_of(config.database_url)) is not None:
        yield from (Path(f"{database}{end}") for end in ("", "-wal", "-shm", "-journal"))
    yield config.documents
    if (folder := config.backups) is not None:
        yield folder
        yield from sorted(folder.glob("*.zip"))


def _folder(folder: Path) -> Iterator[Finding]:
    if not os.access(folder, os.W_OK | os.X_OK):
        yield missing(
            gettext("In %(folder)s darf Intake nicht schreiben.", folder=folder),
            gettext("Geben Sie den Ordner dem Konto, unter dem Intake läuft."),
            typed(f"chown intake: {folder}"),
        )
    elif folder.stat().st_mode & _OTHERS:
        yield missing(
            gettext("%(folder)s können auch andere Konten der Maschine lesen.", folder=folder),
            gettext("Lassen Sie nur den Besitzer hinein."),
            typed(f"chmod 700 {folder}"),
        )


def _room(folder: Path) -> Iterator[Finding]:
    if shutil.disk_usage(folder).free < LEAST_ROOM:
        yield warn(
            gettext(
                "In %(folder)s sind nur noch %(free)s frei.", folder=folder, free=_free(folder)
            ),
            gettext("Schaffen Sie Platz: auf einer vollen Platte geht nichts mehr."),
        )


def _free(folder: Path) -> str:
    gigabytes = shutil.disk_usage(folder).free / LEAST_ROOM
    return f"{gigabytes:.1f} GB"
