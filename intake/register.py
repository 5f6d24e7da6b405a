"""The register of mentors as a list: one line a volunteer, with what a coordinator looks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from intake.forms import choices as lists
from models.base import today
from models.mentees import search_key
from models.mentors import Mentor, MentorStatus, mentors_of, places_held
from models.referrals import Referral
from models.session import db

#: An extract that runs out within so many days is shown in time to ask for a new one.
SOON = timedelta(days=60)


@dataclass(frozen=True)
class Line:
    """A volunteer with the places left, the cases accompanied as (id, number), the languages."""

    mentor: Mentor
    free: int
    cases: list[tuple[int, str]]
    languages: str

    @property
    def expired(self) -> bool:
        """Whether the extract has run out."""
        until = self.mentor.extract_valid_until
        return until is not None and until < today()

    @property
    def expires_soon(self) -> bool:
        """Whether the extract runs out within the next weeks."""
        until = self.mentor.extract_valid_until
        return until is not None and today() <= until < today() + SOON


@dataclass(frozen=True)
class Chosen:
    """Which lines somebody wants to see."""

    status: str = ""
    free: bool = False
    text: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Chosen":
        """The choice in an address; what makes no sense is left out."""
        status = args.get("status", "")
        known = status in {code.value for code in MentorStatus}
        return cls(status if known else "", args.get("free") == "1", args.get("text", "")[:80])

    @property
    def any(self) -> bool:
        """True if anything is chosen."""
        return self != Chosen()

    def fits(self, line: Line) -> bool:
        """Whether a line belongs to the choice."""
        mentor = line.mentor
        if self.status and mentor.status != self.status:
            return False
        if self.free and line.free < 1:
            return False
        town = str(mentor.answers.get("town", ""))
        words = search_key(mentor.last_name, mentor.first_name, town, line.languages)
        return all(word in words for word in search_key(self.text).split())


def register(provider_ids: set[int]) -> list[Line]:
    """Everybody of these providers, by name. Three statements."""
    mentors = mentors_of(provider_ids)
    held = places_held([mentor.id for mentor in mentors])
    keys = [place.referral_id for places in held.values() for place in places]
    named = sa.select(Referral.id, Referral.number).where(Referral.id.in_(keys))
    numbers = dict(db.execute(named).all())
    names = {code: str(words) for code, words in lists.languages()}
    return [
        Line(
            mentor,
            mentor.max_mentees - len(held.get(mentor.id, [])),
            [(p.referral_id, numbers[p.referral_id]) for p in held.get(mentor.id, [])],
            _languages(mentor, names),
        )
        for mentor in mentors
    ]


def _languages(mentor: Mentor, names: Mapping[str, str]) -> str:
    spoken = [mentor.answers.get("native_language")]
    spoken += [entry.get("language") for entry in mentor.answers.get("languages") or []]
    return ", ".join(dict.fromkeys(names.get(str(code), str(code)) for code in spoken if code))
