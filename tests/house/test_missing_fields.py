"""What is missing in a request is not empty: no form clears what a browser has not sent."""

import json

import pytest
import sqlalchemy as sa

from models.base import Base
from models.session import db
from tests.filled import Filled, Sent
from tests.house.test_odd_input import _filled

#: What has no answer of its own: one may choose nothing there.
CHOSEN = ("checkbox", "radio")


@pytest.fixture
def filled(sqlite_url, tmp_path, clock):
    yield from _filled(sqlite_url, tmp_path)


def test_a_form_that_lacks_a_field_clears_nothing(filled):
    found = []
    for sent in filled.forms():
        before = kept(filled)
        as_shown = lost(before, sent, filled, sent.pairs)
        for name in sent.names:
            if name == "asked" or name.endswith("-entry"):
                continue
            cleared = lost(before, sent, filled, without(sent, name)) - as_shown
            if cleared:
                found.append((sent.action, name, sorted(cleared)))
    assert not found


def test_no_page_of_ours_is_refused_as_incomplete(filled):
    """What a page asks and what its view reads are the same."""
    found = []
    for sent in filled.forms():
        answer = filled.post(sent, sent.pairs)
        if "unvollständig" in answer.text:
            found.append(sent.action)
        filled.put_back()
    assert not found


def without(sent: Sent, name: str) -> list[tuple[str, str]]:
    """All but one field; of boxes also the sign that the page had them."""
    gone = {(name, value) for key, value in sent.pairs if key == name} | {("asked", name)}
    return [pair for pair in sent.pairs if pair not in gone]


def lost(before, sent: Sent, filled: Filled, pairs) -> set[str]:
    """What a request clears; nothing if it is refused, but for a draft, which is kept anyway."""
    if filled.post(sent, pairs).status_code >= 400 and not sent.action.startswith("/drafts"):
        return set()
    after = kept(filled)
    filled.put_back()
    return {
        f"{table}.{column}"
        for (table, key), row in before.items()
        for column, value in row.items()
        if value and (table, key) in after and not after[table, key].get(column)
    }


def kept(filled: Filled) -> dict[tuple[str, object], dict[str, object]]:
    """Every row by its table and key; answers as if each were a column, the latest of each form."""
    found = {}
    with filled.web.arranged():
        for table in Base.metadata.sorted_tables:
            if not len(table.primary_key):
                continue
            for row in db.execute(sa.select(table).order_by(*table.primary_key)).mappings():
                key = tuple(row[column] for column in table.primary_key)
                if table.name == "submissions":
                    key = (row["referral_id"], row["form_key"])
                found[table.name, key] = _flat(dict(row))
    return found


def _flat(row: dict[str, object]) -> dict[str, object]:
    inner = {name: value for name, value in row.items() if isinstance(value, dict | list)}
    for name, value in inner.items():
        row[name] = json.dumps(value) if value else None
        if isinstance(value, dict):
            row |= {f"{name}.{key}": one for key, one in value.items()}
    return row
