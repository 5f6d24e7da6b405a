"""The organisations and personas of the demo; every address ends in example.org."""

from dataclasses import dataclass

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from intake.passwords import hashed
from models.base import today
from models.organisations import OfficeKind, Organisation, OrganisationKind
from models.people import Membership, Role, User
from models.places import SocialRegion
from models.programs import Contract, Program
from models.session import db, transaction

PASSWORD = "Velo-Nebel-Bahnhof-26"


@dataclass(frozen=True)
class Persona:
    """Somebody one can be in the demo, and what they do there."""

    email: str
    first_name: str
    last_name: str
    organisation: str
    role: Role
    function: str
    what: str = ""
    also: tuple[tuple[str, Role], ...] = ()


OLTEN, ZUCHWIL, WASSERAMT = (
    "Sozialregion Olten",
    "Sozialregion Zuchwil-Luterbach",
    "Sozialregion Wasseramt",
)
CARITAS, SRK = "Caritas Solothurn", "SRK Kanton Solothurn"
VSEG = "Verband Solothurner Einwohnergemeinden (VSEG)"
AGS = "Amt für Gesellschaft und Soziales (AGS)"

PERSONAS = (
    Persona(
        "p.beispiel@example.org",
        "Petra",
        "Beispiel",
        OLTEN,
        Role.CASE_MANAGER,
        "Sozialarbeit",
        "petra",
    ),
    Persona(
        "u.beispiel@example.org",
        "Urs",
        "Beispiel",
        OLTEN,
        Role.OFFICE_LEAD,
        "Leitung Sozialregion",
        "urs",
    ),
    Persona(
        "r.beispiel@example.org",
        "Reto",
        "Beispiel",
        ZUCHWIL,
        Role.CASE_MANAGER,
        "Sozialarbeit",
        "reto",
    ),
    Persona(
        "s.beispiel@example.org", "Sandra", "Beispiel", WASSERAMT, Role.CASE_MANAGER, "Sozialarbeit"
    ),
    Persona(
        "m.muster@example.org",
        "Monika",
        "Muster-Demo",
        CARITAS,
        Role.COORDINATOR,
        "Koordination",
        "monika",
    ),
    Persona(
        "t.muster@example.org",
        "Thomas",
        "Muster-Demo",
        CARITAS,
        Role.PROGRAM_LEAD,
        "Programmleitung",
        "thomas",
    ),
    Persona(
        "l.keller@example.org", "Lea", "Keller-Demo", SRK, Role.COORDINATOR, "Koordination", "lea"
    ),
    Persona(
        "b.keller@example.org", "Bruno", "Keller-Demo", SRK, Role.PROGRAM_LEAD, "Programmleitung"
    ),
    Persona(
        "e.kontroll@example.org",
        "Eva",
        "Kontroll-Demo",
        VSEG,
        Role.CONTROLLING,
        "Controlling",
        "eva",
    ),
    Persona(
        "p.prozess@example.org",
        "Patrick",
        "Prozess-Demo",
        VSEG,
        Role.PROCESS_OWNER,
        "Prozesse",
        "patrick",
    ),
    Persona(
        "a.admin@example.org",
        "Anna",
        "Admin-Demo",
        VSEG,
        Role.ADMINISTRATOR,
        "Administration",
        "anna",
    ),
    Persona(
        "n.beispiel@example.org",
        "Nora",
        "Beispiel-Demo",
        WASSERAMT,
        Role.CASE_MANAGER,
        "Sozialarbeit und Koordination",
        "nora",
        also=((SRK, Role.COORDINATOR),),
    ),
)


def create_people() -> None:
    """The 13 Sozialregionen as offices, VSEG and AGS, and everybody of the demo."""
    password = hashed(PASSWORD)
    with transaction():
        for region in db.scalars(sa.select(SocialRegion).order_by(SocialRegion.name)):
            office = Organisation(
                kind=OrganisationKind.OFFICE,
                office_kind=OfficeKind.SOCIAL_REGION,
                name=f"Sozialregion {region.name}",
                areas=[region],
            )
            db.add(office)
        db.flush()
        organisations = {o.name: o for o in db.scalars(sa.select(Organisation))}
        for organisation in organisations.values():
            organisation.email = f"stelle{organisation.id}@example.org"
        begun = today().replace(month=1, day=1)
        for program in db.scalars(sa.select(Program)):
            end = begun + relativedelta(years=4, days=-1)
            db.add(Contract(program=program, valid_from=begun, valid_to=end, places=60))
        for persona in PERSONAS:
            _add(persona, organisations[persona.organisation], password)
            for name, role in persona.also:
                _also(persona, organisations[name], role)
        staffed = {persona.organisation for persona in PERSONAS}
        for number, name in enumerate(sorted(organisations)):
            if organisations[name].kind is OrganisationKind.OFFICE and name not in staffed:
                who = Persona(
                    f"fallfuehrung{number}@example.org",
                    _FIRST[number % len(_FIRST)],
                    "Beispiel",
                    name,
                    Role.CASE_MANAGER,
                    "Sozialarbeit",
                )
                _add(who, organisations[name], password)


_FIRST = ("Barbara", "Christian", "Denise", "Erich", "Franziska", "Guido", "Helena", "Ivo", "Julia")


def _add(persona: Persona, organisation: Organisation, password: str) -> None:
    user = User(
        email=persona.email,
        first_name=persona.first_name,
        last_name=persona.last_name,
        function=persona.function,
        phone="+41320000011",
        password_hash=password,
    )
    user.memberships.append(Membership(organisation_id=organisation.id, role=persona.role))
    db.add(user)


def _also(persona: Persona, organisation: Organisation, role: Role) -> None:
    db.flush()
    user = db.scalars(sa.select(User).where(User.email == persona.email)).one()
    user.memberships.append(Membership(organisation_id=organisation.id, role=role))
