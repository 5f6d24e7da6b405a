"""Drafts keep answers and nothing else: also what older versions kept is cleaned away."""

import json

import pytest
import sqlalchemy as sa

from intake.demo.cases import organisation_of
from intake.forms.base import REGISTRY
from models.drafts import SECRET
from models.migrations import downgrade, upgrade
from workflows.drafts import keep_draft, start_draft

TYPED = {
    "first_name": ["Samira"],
    "sign_in_password": ["geheimer Satz"],
    "sign_in_email": ["p@example.org"],
    "new_password": ["geheimer Satz"],
    "Passwort": ["geheimer Satz"],
    "csrf_token": ["t"],
}


def test_no_draft_keeps_a_password_whoever_hands_it_over(petra):
    draft = start_draft(organisation_of(petra).id, dict(TYPED), by=petra)
    assert draft.answers == {"first_name": ["Samira"]}
    keep_draft(draft, {**TYPED, "last_name": ["Muster"]}, by=petra)
    assert draft.answers == {"first_name": ["Samira"], "last_name": ["Muster"]}


@pytest.mark.parametrize("key", sorted(REGISTRY))
def test_no_question_is_called_as_what_drafts_refuse(key):
    form = REGISTRY[key]
    assert not [name for name in form()._fields if SECRET.search(name)]


@pytest.mark.parametrize("key", sorted(REGISTRY))
def test_a_form_takes_only_answers_to_its_own_questions(key):
    form = REGISTRY[key]
    mine = {name: ["x"] for name in form()._fields} | {
        f"{name}-0-x": ["x"] for name in form()._fields
    }
    foreign = {**TYPED, "later": ["1"], "": ["x"], "-0": ["x"], "__proto__": ["x"]}
    foreign = {name: v for name, v in foreign.items() if name not in form()._fields}
    assert form.own({**mine, **foreign}.items()) == mine


def test_what_older_versions_kept_is_cleaned_away(petra, url, office):
    draft = start_draft(organisation_of(petra).id, {}, by=petra)
    office.extensions["engine"].dispose()
    downgrade(url, "0011")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        statement = sa.text("update drafts set answers = :answers where id = :id")
        connection.execute(statement, {"answers": json.dumps(TYPED), "id": draft.id})
    upgrade(url)
    with engine.connect() as connection:
        kept = connection.execute(sa.text("select answers from drafts")).scalars().one()
        kept = json.loads(kept) if isinstance(kept, str) else kept
        assert kept == {"first_name": ["Samira"]}
    engine.dispose()
    if url.startswith("sqlite"):
        with open(url.removeprefix("sqlite:///"), "rb") as file:
            assert "geheimer Satz" not in file.read().decode("latin-1")
