"""`intake user …`: one sentence for whatever goes wrong, never a statement, an address list or a hash."""

import pytest
import sqlalchemy as sa

from intake.commands import main
from models.organisations import organisation_called
from models.outbox import Mail
from models.people import Role, user_by_email
from models.session import connect, db
from tests.storm import installation

PASSWORD = "ein langer guter Satz"


@pytest.fixture
def run(url, office, monkeypatch, capsys):
    """The verb in an installation on either database; (exit code, what was said)."""
    for name, value in {**installation(url), "INTAKE_NEW_PASSWORD": PASSWORD}.items():
        monkeypatch.setenv(name, value)

    def told(*words):
        db.remove()
        code = main(["user", *words])
        db.remove()
        said = capsys.readouterr()
        text = said.out + said.err
        for never in ("Traceback", "INSERT", "SELECT", "UNIQUE", "argon2", "$", PASSWORD):
            assert never not in text, text
        return code, text.strip()

    return told


def person(email):
    return user_by_email(email)


def test_help_names_every_verb(run):
    code, said = run("--help")
    assert code == 0
    for verb in (
        "add",
        "invite",
        "list",
        "deactivate",
        "reactivate",
        "give-role",
        "take-role",
        "reset-factor",
    ):
        assert f"  {verb} " in said
        assert run(verb, "--help")[0] == 0


def test_somebody_is_added_once(run):
    words = ("add", "n.neu@example.org", "Nina", "Neu", "caritas", "coordinator")
    assert run(*words) == (0, "n.neu@example.org can sign in.")
    assert person("n.neu@example.org").works_at(
        organisation_called("Caritas Solothurn").id, frozenset({Role.COORDINATOR})
    )
    for address in ("n.neu@example.org", " N.Neu@EXAMPLE.org", "n.n\u00adeu@example.org"):
        code, said = run("add", address, *words[2:])
        assert code == 1
        assert said.startswith(
            "intake: n.neu@example.org is Nina Neu already; use `intake user give-role"
        )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("n@example.org", "N", "N", "Nowhere", "coordinator"), "no organisation is called"),
        (("n@example.org", "N", "N", "Sozialregion", "coordinator"), "several organisations are"),
        (
            ("n@example.org", "N", "N", "Caritas", "case_manager"),
            "roles there are: coordinator, program_lead",
        ),
        (("n@example.org", "N", "N", "Caritas", "boss"), "roles are: case_manager, office_lead"),
        (
            ("n neu@example.org", "N", "N", "Caritas", "coordinator"),
            "An e-mail address has no blanks",
        ),
        (("nobody", "N", "N", "Caritas", "coordinator"), "name@example.org"),
        (
            ("n@example.org", "N" * 101, "N", "Caritas", "coordinator"),
            "a name has 1 to 100 letters",
        ),
        (("n@example.org", "", "N", "Caritas", "coordinator"), "a name has 1 to 100 letters"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(run, words, said):
    for verb in ("add", "invite"):
        code, told = run(verb, *words)
        assert code == 1
        assert said in told
    assert person("n@example.org") is None


def test_the_rules_for_passwords_hold_here_too(run, monkeypatch):
    words = ("add", "nina.neu@example.org", "N", "N", "Caritas", "coordinator")
    for password, said in (("kurz", "at least 12"), ("xx-nina.neu-xx", "your address")):
        monkeypatch.setenv("INTAKE_NEW_PASSWORD", password)
        code, told = run(*words)
        assert code == 1
        assert said in told
    monkeypatch.setenv("INTAKE_NEW_PASSWORD", "")
    assert run(*words) == (
        1,
        "intake: nobody is here to type a password; put it into INTAKE_NEW_PASSWORD",
    )


def test_an_invitation_mails_a_link_and_a_new_one_to_who_has_not_come(run):
    words = ("invite", "n.neu@example.org", "Nina", "Neu", "SRK", "coordinator")
    for number in (1, 2):
        assert run(*words)[0] == 0
        assert len(list(db.scalars(sa.select(Mail).where(Mail.notice == "invitation")))) == number
    code, said = run(*words[:-1], "program_lead")
    assert code == 1
    assert "give-role" in said
    assert "give-role" in run("invite", "p.beispiel@example.org", "P", "P", "SRK", "coordinator")[1]


def test_people_come_and_go_and_their_roles_too(run):
    petra = "p.beispiel@example.org"
    assert run("give-role", petra, "SRK", "coordinator") == (
        0,
        "p.beispiel@example.org is now coordinator at SRK Kanton Solothurn.",
    )
    assert "already" in run("give-role", petra, "SRK", "coordinator")[1]
    assert f"{petra}\tBeispiel, Petra\tactive\tSozialregion Olten: case_manager; " in run("list")[1]
    assert run("take-role", petra, "SRK", "coordinator")[0] == 0
    assert "is not coordinator there" in run("take-role", petra, "SRK", "coordinator")[1]
    assert run("deactivate", petra) == (
        0,
        f"{petra} can no longer sign in; 0 tasks are free again.",
    )
    assert run("deactivate", petra)[0] == 1
    assert "reactivate" in run("give-role", petra, "SRK", "coordinator")[1]
    assert "reactivate" in run("add", petra, "P", "P", "SRK", "coordinator")[1]
    assert run("reactivate", petra) == (0, f"{petra} can sign in again.")
    assert run("reactivate", petra)[0] == 1
    assert "nobody has the address" in run("deactivate", "nobody@example.org")[1]


def test_somebody_always_administers(run):
    for words in (("deactivate",), ("take-role", "VSEG", "administrator")):
        code, said = run(words[0], "a.admin@example.org", *words[1:])
        assert code == 1
        assert "nobody else who is active administers" in said


def test_misuse_and_a_database_that_is_not_there_are_a_sentence(run, monkeypatch, tmp_path):
    assert run("add", "x@example.org")[0] == 2
    assert run("nothing")[0] == 2
    bound = db.get_bind()
    monkeypatch.setenv("INTAKE_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    code, said = run("list")
    assert code == 1
    assert "was `intake upgrade` run once?" in said
    db.remove()
    connect(bound.url.render_as_string(hide_password=False))
