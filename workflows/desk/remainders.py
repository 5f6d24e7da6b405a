"""What a provider keeps of a case that was declined, withdrawn, revoked or forwarded: a remainder.

Number, its own decision with date and reason, the day of deletion; nothing of the person.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from models.people import PROVIDER_ROLES, User
from models.referrals import GIVEN_BACK, Forwarding, Referral, ReferralStatus
from models.session import db
from models.submissions import Submission, submissions_of
from workflows.errors import NotFound

#: How long what is left of an ended case is kept (DOMAIN.md 5.1).
KEPT = relativedelta(months=12)
#: The end of a case that goes on at another provider.
FORWARDED = "forwarded"


@dataclass(frozen=True)
class Remainder:
    """What is left of one case for one provider.

    Attributes:
        end: a ReferralStatus, or `forwarded`.
        ended_on: when the provider lost sight of it.
        decision: what it had decided itself, as the form of the decision has it; or nothing.
        reason: the code of its reason, or nothing.
        text: its own words to the office.
        to: the provider that has it now, if it was forwarded.
    """

    referral_id: int
    number: str
    end: str
    ended_on: date | None
    delete_after: date | None
    decision: str = ""
    decided_on: date | None = None
    reason: str = ""
    text: str = ""
    to: int | None = None


def remainders(user: User, most: int = 50) -> list[Remainder]:
    """What is left of the cases that a person's provider has no more, the latest first."""
    places = user.organisation_ids(PROVIDER_ROLES)
    ended = db.scalars(_ended(places).order_by(Referral.id.desc()).limit(most)).unique()
    passed = db.scalars(_forwarded(places).order_by(Forwarding.id.desc()).limit(most))
    found = [_of_ended(case) for case in ended] + [_of_forwarded(one) for one in passed]
    found.sort(key=lambda one: (one.ended_on or date.min, one.number), reverse=True)
    return found[:most]


def remainder_for(user: User, referral_id: int) -> Remainder:
    """What is left of one case for a person's provider. Raises NotFound."""
    places = user.organisation_ids(PROVIDER_ROLES)
    case = db.scalar(_ended(places).where(Referral.id == referral_id))
    if case is not None:
        return _of_ended(case)
    newest = _forwarded(places).order_by(Forwarding.id.desc()).limit(1)
    passed = db.scalar(newest.where(Forwarding.referral_id == referral_id))
    if passed is None:
        raise NotFound(f"referral {referral_id}")
    return _of_forwarded(passed)


def _ended(places: set[int]) -> sa.Select[Referral]:
    return sa.select(Referral).where(
        Referral.provider_id.in_(places), Referral.status.in_(GIVEN_BACK)
    )


def _forwarded(places: set[int]) -> sa.Select[Forwarding]:
    """Those that did not come back."""
    back = sa.select(Referral.id).where(Referral.provider_id.in_(places))
    return sa.select(Forwarding).where(
        Forwarding.from_provider_id.in_(places), Forwarding.referral_id.not_in(back)
    )


def _of_ended(case: Referral) -> Remainder:
    own = [one for one in submissions_of(case.id) if one.provider_id == case.provider_id]
    return Remainder(
        case.id,
        case.number,
        case.status.value,
        case.ended_on,
        case.delete_after,
        **_decision(own, case.status is ReferralStatus.DECLINED),
    )


def _of_forwarded(one: Forwarding) -> Remainder:
    return Remainder(
        one.referral_id,
        one.number,
        FORWARDED,
        one.forwarded_on,
        one.forwarded_on + KEPT,
        "forward",
        one.forwarded_on,
        text=one.reason,
        to=one.to_provider_id,
    )


def _decision(own: list[Submission], declined: bool) -> dict[str, Any]:
    """The provider's last decision: of the check, or of the interview where that ended the case."""
    found: dict[str, Any] = {}
    for one in own:
        answers = one.answers
        if one.form_key == "triage":
            found = {
                "decision": answers["decision"],
                "decided_on": _day(answers.get("triage_date")),
                "reason": answers.get("decline_reason") or "",
                "text": answers.get("decision_text_to_office") or "",
            }
        elif declined and one.form_key == "intake_interview" and answers["result"] == "decline":
            found = {"decision": "decline", "decided_on": _day(answers.get("date"))}
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
