"""What a service task may do, by name: inside the step's transaction, and the same if done twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from models import journal
from models.base import today
from models.check_ins import CheckIn, check_ins_of
from models.people import User
from models.programs import Program, program_called
from models.proposals import open_proposal
from models.referrals import Forwarding, Referral
from models.session import db
from models.submissions import latest_answers
from models.tandems import Tandem, TandemStatus, current_tandem
from workflows.notices import tell
from workflows.papers import give_along
from workflows.records import free_place

Routes = Mapping[str, tuple[Any, ...] | None]
#: (case, who acts or None for a timer, the step's routing answers, the drawing's parameters)
Do = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Action:
    """A function that a drawing may call, and the routing answers it gives."""

    do: Do
    routes: Routes


ACTIONS: dict[str, Action] = {}

#: What a routing table answers where the office's wish decides, whichever programme that is.
AS_WISHED = "as_wished"


def action(**routes: tuple[Any, ...] | None) -> Callable[[Do], Do]:
    """File a function under its name; `plan__next` declares the routing answer `plan.next`."""
    declared = {name.replace("__", "."): choices for name, choices in routes.items()}

    def file(do: Do) -> Do:
        ACTIONS[do.__name__] = Action(do, declared)
        return do

    return file


@action()
def assign_program(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """Give the referral to the programme that the routing table chose, and acknowledge it (T1).

    Raises:
        LookupError: no such programme, or it takes nobody from this Sozialregion today.
    """
    program = program_called(chosen_program(case.id, data["routing.program"]))
    if not program.open_on(today()) or not program.provider.serves(case.social_region_id):
        raise LookupError(f"{program.name} takes nobody there today")
    case.program, case.provider = program, program.provider
    case.program_id, case.provider_id = program.id, program.provider_id
    tell("acknowledgement", case, "case_manager")
    tell("new_referral", case, "coordinator")
    return {}


def chosen_program(case_id: int, code: str) -> str:
    """The code of the programme that a routing table answers; it may leave it to the wish."""
    return str(latest_answers(case_id, "referral")["program_wish"]) if code == AS_WISHED else code


@action()
def notify(
    case: Referral, by: User | None, data: dict[str, Any], notice: str, to: str
) -> dict[str, Any]:
    """Tell somebody by mail, and note it in the journal."""
    tell(notice, case, to)
    audience = journal.Audience.BOTH if to.startswith("case_manager") else journal.Audience.PROVIDER
    journal.write(
        "notified",
        by=None,
        referral_id=case.id,
        provider_id=case.provider_id,
        audience=audience,
        notice=notice,
        to=to,
    )
    return {}


@action()
def ask_for_items(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """Ask the office for what is missing."""
    tell("items_asked", case, "case_manager")
    return {}


@action(lapse__on=None)
def lapse(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """Note that nobody answered; the case can be taken up again with its first date."""
    tell("lapsed", case, "case_manager")
    case.ended_on = today()
    journal.write("lapsed", by=None, referral_id=case.id, provider_id=case.provider_id)
    return {"lapse.on": today().isoformat()}


@action()
def reopen(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """Take a lapsed case up again; the date of receipt stays what it was."""
    case.ended_on = None
    tell("new_referral", case, "coordinator")
    return {}


@action()
def forward_referral(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """Give the case to another provider; the one before keeps sight of its own decision only."""
    answers = latest_answers(case.id, "triage")
    program = db.get(Program, int(answers["forward_to"]))
    if program is None or program.provider_id == case.provider_id:
        raise LookupError("the programme to forward to is not another provider's")
    db.add(
        Forwarding(
            referral_id=case.id,
            number=case.number,
            from_provider_id=case.provider_id,
            to_provider_id=program.provider_id,
            forwarded_on=today(),
            by_id=by.id if by else None,
            reason=str(answers.get("decision_text_to_office") or ""),
        )
    )
    give_along(case, answers.get("papers_along") or [])
    case.program, case.provider = program, program.provider
    case.program_id, case.provider_id = program.id, program.provider_id
    case.coordinator, case.coordinator_id = None, None
    tell("forwarded", case, "case_manager")
    tell("new_referral", case, "coordinator")
    return {}


@action()
def decline(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """Tell the office; kept for twelve months (DOMAIN.md 5.1)."""
    case.ended_on = today()
    case.delete_after = today() + relativedelta(months=12)
    tell("declined", case, "case_manager")
    return {}


@action()
def void_proposal(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """Take a proposal back: the mentor's place is free again, the place on the list stays."""
    proposal = open_proposal(case.id)
    if proposal is not None:
        proposal.closed_on = today()
        proposal.result = proposal.result or "void"
    free_place(case.id)
    return {}


@action(plan__next=("check_in", "wait", "done"), plan__on=None)
def plan_check_in(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """What comes next in a tandem: a check-in, waiting for the end, or nothing more."""
    tandem = _tandem(case)
    held = check_ins_of(tandem.id)
    for planned in held:
        if not planned.closed:
            return {"plan.next": "check_in", "plan.on": planned.planned_on.isoformat()}
    months = check_in_months(case.program, tandem)
    if len(held) < len(months):
        on = tandem.start_on + relativedelta(months=months[len(held)])
        if on <= tandem.planned_end + relativedelta(days=3):
            db.add(CheckIn(tandem_id=tandem.id, number=len(held) + 1, planned_on=on))
            db.flush()
            return {"plan.next": "check_in", "plan.on": on.isoformat()}
    step = "wait" if tandem.planned_end >= today() else "done"
    return {"plan.next": step, "plan.on": tandem.planned_end.isoformat()}


def check_in_months(program: Program, tandem: Tandem) -> list[int]:
    """The months of a tandem's check-ins; an extension repeats the programme's rhythm."""
    months = list(program.check_in_months)
    if tandem.extended_on is not None:
        months += [program.duration_months + month for month in program.check_in_months]
    return months


@action()
def extend_tandem(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """Move the planned end, at most once and at most to the programme's longest duration."""
    tandem = _tandem(case)
    if tandem.extended_on is None:
        wanted = date.fromisoformat(str(latest_answers(case.id, "extension")["new_end"]))
        longest = tandem.start_on + relativedelta(months=case.program.longest_months)
        tandem.planned_end = min(wanted, longest)
        tandem.extended_on = today()
        tandem.status = TandemStatus.EXTENDED
    return {}


@action(early_termination__next=("rematch", "close", "none"))
def end_tandem(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """Close the tandem as planned, unless it was ended early; the mentor's place is free again."""
    tandem = _tandem(case)
    if tandem.ended_on is None:
        tandem.ended_on, tandem.status = tandem.planned_end, TandemStatus.COMPLETED
        free_place(case.id)
        return {"early_termination.next": "none"}
    return {}


@action()
def withdraw(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """Note the withdrawal, free what was held, tell the provider."""
    _end_before_tandem(case)
    tell("withdrawn", case, "coordinator")
    return {}


@action()
def revoke_consent(case: Referral, by: User | None, data: dict[str, Any]) -> dict[str, Any]:
    """Without consent nothing goes on: end what runs, free what is held, tell the provider."""
    tandem = current_tandem(case.id)
    if tandem is not None and tandem.ended_on is None:
        tandem.ended_on, tandem.status = today(), TandemStatus.TERMINATED
        tandem.termination_reason = "NO_CONSENT"
    _end_before_tandem(case)
    tell("consent_revoked", case, "coordinator")
    return {}


def _end_before_tandem(case: Referral) -> None:
    proposal = open_proposal(case.id)
    if proposal is not None:
        proposal.closed_on, proposal.result = today(), "withdrawn"
    free_place(case.id)
    case.ended_on = today()
    case.delete_after = today() + relativedelta(months=12)


def _tandem(case: Referral) -> Tandem:
    tandem = current_tandem(case.id)
    if tandem is None:
        raise LookupError("this case has no tandem")
    return tandem


__all__ = ["ACTIONS", "Action", "action", "check_in_months"]
