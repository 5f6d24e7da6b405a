"""Which mentors suit a person, with reasons in words; an aid that never decides."""

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext

from intake.forms import choices as lists
from intake.forms.fields import SLOTS, WEEK
from models.base import today
from models.mentors import MAY_BE_PROPOSED, Mentor, mentors_of, places_held
from models.places import Municipality, SocialRegion, regions_by_municipality
from models.referrals import Referral
from models.session import db
from models.submissions import latest_answers
from workflows.facts import comes_of_age_on
from workflows.records import needs_extract


@dataclass
class Suggestion:
    """A mentor, what speaks for the pair and what against; sorted by how much speaks for it.

    Attributes:
        bar: why this mentor may not be proposed at all; empty for all others.
    """

    mentor: Mentor
    free: int
    reasons: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    bar: str = ""

    @property
    def weight(self) -> int:
        """Only for the order; people see the reasons."""
        return len(self.reasons) - 2 * len(self.doubts)


def suggestions(referral: Referral) -> list[Suggestion]:
    """The provider's mentors who are ready and have a free place, the best reasons first.

    Those who may not be proposed come last, with the reason.
    """
    person = latest_answers(referral.id, "referral")
    ready = [m for m in mentors_of({referral.provider_id}) if m.status in MAY_BE_PROPOSED]
    held = places_held([mentor.id for mentor in ready])
    home = db.get(Municipality, referral.municipality_id)
    regions = regions_by_municipality(today())
    found = []
    for mentor in ready:
        free = mentor.max_mentees - len(held.get(mentor.id, []))
        if free > 0:
            found.append(_weigh(mentor, free, person, home, regions))
            found[-1].bar = _bar(mentor, referral, person)
    return sorted(found, key=lambda s: (bool(s.bar), -s.weight, s.mentor.name))


def _bar(mentor: Mentor, referral: Referral, person: dict[str, Any]) -> str:
    """A required gender is required; where minors take part an extract must be valid (T14)."""
    wish = person.get("mentor_gender_wish", "ANY")
    if wish.startswith("REQUIRED") and mentor.sex != ("2" if wish == "REQUIRED_F" else "1"):
        return gettext("entspricht nicht dem zwingenden Wunsch zum Geschlecht")
    if _too_young(mentor, referral.program.mentor_age_from):
        return gettext("jünger, als das Angebot verlangt")
    if needs_extract(referral) and not mentor.extract_valid(today()):
        return gettext("kein gültiger Sonderprivatauszug, aber Minderjährige nehmen teil")
    return ""


def _too_young(mentor: Mentor, age: int) -> bool:
    """Whether somebody has not reached the programme's age yet, by the first day they may be born."""
    of_age = comes_of_age_on(mentor.date_of_birth, age)
    return of_age is not None and of_age > today()


def _weigh(
    mentor: Mentor,
    free: int,
    person: dict[str, Any],
    home: Municipality | None,
    regions: dict[int, SocialRegion],
) -> Suggestion:
    card, suggestion = mentor.answers, Suggestion(mentor, free)
    _languages(suggestion, card, person)
    _times(suggestion, card, person)
    _topics(suggestion, card, person)
    _distance(suggestion, mentor, home, regions)
    wish = person.get("mentor_gender_wish", "ANY")
    if wish != "ANY":
        fits = mentor.sex == ("2" if wish.endswith("F") else "1")
        text = gettext("entspricht dem Wunsch zum Geschlecht")
        (suggestion.reasons if fits else suggestion.doubts).append(
            text if fits else gettext("entspricht nicht dem Wunsch zum Geschlecht")
        )
    return suggestion


def _languages(suggestion: Suggestion, card: dict[str, Any], person: dict[str, Any]) -> None:
    names = dict(lists.languages())
    spoken = {card.get("native_language")}
    spoken |= {entry.get("language") for entry in card.get("languages") or []}
    hers = {person.get("native_language")}
    hers |= {entry.get("language") for entry in person.get("further_languages") or []}
    common = sorted(str(names.get(str(code), code)) for code in (spoken & hers) - {"de", None})
    if common:
        suggestion.reasons.append(gettext("spricht %(languages)s", languages=", ".join(common)))


def _times(suggestion: Suggestion, card: dict[str, Any], person: dict[str, Any]) -> None:
    common = [
        f"{day} {slot}"
        for code, day in WEEK
        for part, slot in SLOTS
        if f"{code}_{part}" in (card.get("availability") or [])
        and f"{code}_{part}" in (person.get("availability") or [])
    ]
    if common:
        suggestion.reasons.append(gettext("beide frei: %(times)s", times=", ".join(common[:3])))
    else:
        suggestion.doubts.append(gettext("keine gemeinsame freie Zeit"))


def _topics(suggestion: Suggestion, card: dict[str, Any], person: dict[str, Any]) -> None:
    names = {code: str(label) for code, label in lists.TOPICS}
    wanted = person.get("topics") or []
    common = [names[code] for code in wanted if code in (card.get("skills_topics") or [])]
    if common:
        suggestion.reasons.append(gettext("Themen: %(topics)s", topics="; ".join(common)))


def _distance(
    suggestion: Suggestion,
    mentor: Mentor,
    home: Municipality | None,
    regions: dict[int, SocialRegion],
) -> None:
    there = db.get(Municipality, mentor.municipality_id) if mentor.municipality_id else None
    if home is None or there is None:
        return
    if home.id == there.id:
        suggestion.reasons.append(gettext("wohnt in derselben Gemeinde"))
    elif home.id in regions and regions[home.id] is regions.get(there.id):
        suggestion.reasons.append(gettext("wohnt in derselben Sozialregion"))
    else:
        suggestion.doubts.append(gettext("wohnt in %(town)s", town=there.name))
