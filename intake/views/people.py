"""For the administration: who may sign in, what they are where, who has left."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake import accounts, factors, membership_words, wording
from intake.arriving import pressed
from intake.chosen_people import Chosen
from intake.forms.invitation import InvitationForm
from intake.forms.membership import MembershipForm
from intake.keeping import keeps, sent
from intake.permissions import Permission, requires
from models.drafts import begun_by
from models.journal import last_of
from models.organisations import organisations
from models.people import (
    Membership,
    Role,
    User,
    everybody,
    queues_of,
    user_by_email,
)
from models.queues import Queue, deserted, held_in, left_alone, lost_queues
from models.referrals import led_by
from models.role_requests import role_request_count, role_requests
from models.second_factors import has_factor, without_factor
from models.session import db
from workflows import memberships
from workflows.errors import (
    AddressTaken,
    HasLeft,
    HasRoleAlready,
    LastAdministrator,
    NoSuchRole,
    OwnAdministration,
    OwnRights,
    WaitsForSecond,
)

pages = Blueprint("people", __name__, url_prefix="/people")


@pages.get("")
@requires(Permission.MANAGE_PEOPLE)
def index() -> Any:
    """Everybody, and what they are where; with a search."""
    chosen = Chosen.asked()
    lacking = {user.id for user in without_factor(factors.demanding_roles())}
    users = [user for user in everybody() if chosen.fits(user, lacks_factor=user.id in lacking)]
    return render_template(
        "people/index.html",
        users=users,
        chosen=chosen,
        organisations=organisations(),
        waiting=role_request_count(),
    )


@pages.get("/<int:user_id>")
@requires(Permission.MANAGE_PEOPLE)
def show(user_id: int) -> Any:
    """One person: the address, each role, and what can be changed."""
    person = _person(user_id)
    return render_template(
        "people/show.html",
        person=person,
        left_on=_left_on(person),
        factor=has_factor(person.id),
        waiting=role_requests(user_id=person.id),
    )


@pages.route("/<int:user_id>/factors", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def reset_factors(user_id: int) -> Any:
    """Somebody has lost their device: take their factors away, after asking."""
    person = _person(user_id)
    own = person.id == current_user.id
    if request.method != "POST" or own:
        page = render_template("people/factors.html", person=person, own=own)
        return page, 409 if request.method == "POST" else 200
    factors.reset(person, by=current_user)
    flash(gettext("Der zweite Faktor von %(who)s ist zurückgesetzt.", who=person.name))
    return redirect(url_for("people.show", user_id=person.id))


@pages.route("/invite", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
@keeps(InvitationForm)
def invite() -> Any:
    """Invite somebody. Whose address is known is named, and asked about first."""
    form = InvitationForm(sent()).offer()
    form.suggest(form.organisation, request.args.get("organisation"))
    form.suggest(form.role, request.args.get("role"))
    again = "again" in request.form  # from the page that names who has the address
    if request.method != "POST" or again or not form.validate():
        page = render_template("people/invite.html", form=form)
        return page, 422 if request.method == "POST" and not again else 200
    place, role = form.chosen_organisation, form.chosen_role
    known = user_by_email(form.email.data)
    if known is None:
        try:
            names = (form.email.data, form.first_name.data, form.last_name.data)
            user = accounts.invite(*names, place.id, role, by=current_user, two=_two())
            words = {"role": str(wording.ROLE[role]), "place": place.name}
            flash(
                gettext("%(who)s ist eingeladen.", who=user.name)
                if user.memberships
                else membership_words.waits(who=user.name, **words)
            )
            return redirect(url_for("people.show", user_id=user.id))
        except AddressTaken:  # somebody else has invited them this very moment
            known = user_by_email(form.email.data)
    if known is not None and request.form.get("known") == str(known.id):
        return _give(known, form, readmit="readmit" in request.form)
    has = known is not None and known.works_at(place.id, frozenset({role}))
    page = render_template(
        "people/known.html", form=form, person=known, has=has, left_on=_left_on(known)
    )
    return page, 409


@pages.route("/<int:user_id>/roles", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
@keeps(MembershipForm)
def give(user_id: int) -> Any:
    """One more role."""
    person = _person(user_id)
    form = MembershipForm(sent()).offer()
    if request.method == "POST" and form.validate():
        return _give(person, form)
    page = render_template("people/give.html", form=form, person=person)
    return page, 422 if request.method == "POST" else 200


@pages.route("/<int:user_id>/roles/<int:membership_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def take(user_id: int, membership_id: int) -> Any:
    """Take a role away, after saying what that means."""
    person = _person(user_id)
    membership = db.get(Membership, membership_id)
    if membership is None or membership.user_id != person.id:
        if request.method == "POST":  # somebody else took it away, or the button was pressed twice
            flash(gettext("Diese Rolle ist schon weg."))
            return redirect(url_for("people.show", user_id=user_id))
        abort(404)
    if request.method == "POST":
        return _take(person, membership)
    queues = lost_queues(person, [membership])
    return render_template(
        "people/take.html",
        person=person,
        membership=membership,
        goes=_goes(person, queues),
        last=len(person.workplaces()) == 1 and len(person.workplaces()[0][1]) == 1,
        refused=membership_words.needed(person) if membership.role is Role.ADMINISTRATOR else "",
    )


@pages.route("/<int:user_id>/active", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def active(user_id: int) -> Any:
    """A leaver's tasks go back to their queues; somebody who comes back may sign in again."""
    person = _person(user_id)
    if request.method == "POST":
        back = pressed("readmit", "deactivate") == "readmit"
        return _readmit(person) if back else _deactivate(person)
    if not person.active:
        return redirect(url_for("people.show", user_id=person.id))
    queues = queues_of(m for m in person.memberships)
    return render_template(
        "people/leaving.html",
        person=person,
        goes=_goes(person, queues),
        refused=membership_words.needed(person),
    )


@pages.post("/<int:user_id>/invitation")
@requires(Permission.MANAGE_PEOPLE)
def invite_again(user_id: int) -> Any:
    """A new link for somebody who has not come yet."""
    person = _person(user_id)
    try:
        accounts.invite_again(person, by=current_user)
        flash(gettext("Ein neuer Link ist unterwegs an %(address)s.", address=person.email))
    except WaitsForSecond:
        flash(gettext("Der Link geht weg, sobald eine zweite Person zustimmt."), "bad")
    except (HasLeft, HasRoleAlready):
        flash(gettext("%(who)s braucht keinen Link mehr.", who=person.name), "bad")
    return redirect(url_for("people.show", user_id=user_id))


def _person(user_id: int) -> User:
    return db.get(User, user_id) or abort(404)


def _goes(person: User, queues: set[Queue]) -> dict[str, Any]:
    """What becomes of somebody's work in these queues: numbers, and where nobody is left."""
    places = {organisation_id for organisation_id, _role in queues}
    return {
        "held": len(held_in(person, queues)),
        "alone": left_alone(person, queues),
        "deserted": ", ".join(sorted(deserted(person, queues))),
        "begun": begun_by(person.id, places),
        "led": led_by(person.id, places),
    }


def _left_on(person: User | None) -> Any:
    return last_of("deactivated", person.id) if person and not person.active else None


def _give(person: User, form: MembershipForm, *, readmit: bool = False) -> Any:
    place, role = form.chosen_organisation, form.chosen_role
    words = {"who": person.name, "role": wording.ROLE[role], "place": place.name}
    try:
        holds = memberships.give_role(
            person, place, role, by=current_user, readmit=readmit, two=_two()
        )
        flash(
            gettext("%(who)s hat jetzt auch die Rolle «%(role)s» bei %(place)s.", **words)
            if holds
            else membership_words.waits(**words)
        )
        if readmit:
            flash(_back(person))
    except OwnRights:
        flash(membership_words.not_oneself(), "bad")
    except HasRoleAlready:
        if readmit and not person.active:
            return _readmit(person)
        flash(gettext("%(who)s hat die Rolle «%(role)s» bei %(place)s schon.", **words), "bad")
    except HasLeft:
        flash(
            gettext("%(who)s ist ausgetreten. Lassen Sie die Person zuerst wieder zu.", **words),
            "bad",
        )
    return redirect(url_for("people.show", user_id=person.id))


def _take(person: User, membership: Membership) -> Any:
    words = {"who": person.name, "place": membership.organisation.name}
    words["role"] = wording.ROLE[membership.role]
    try:
        freed = memberships.take_role(membership, by=current_user)
        flash(
            gettext("%(who)s hat die Rolle «%(role)s» bei %(place)s nicht mehr.", **words)
            + membership_words.freed(freed)
        )
    except OwnAdministration:
        flash(membership_words.needed(person), "bad")
    except LastAdministrator:
        flash(membership_words.last_administrator(person), "bad")
    except NoSuchRole:
        flash(gettext("Diese Rolle ist schon weg."))
    return redirect(url_for("people.show", user_id=person.id))


def _deactivate(person: User) -> Any:
    try:
        freed = memberships.deactivate(person, by=current_user)
        flash(
            gettext("%(who)s kann sich nicht mehr anmelden.", who=person.name)
            + membership_words.freed(freed)
        )
    except OwnAdministration:
        flash(membership_words.needed(person), "bad")
    except LastAdministrator:
        flash(membership_words.last_administrator(person), "bad")
    return redirect(url_for("people.show", user_id=person.id))


def _readmit(person: User) -> Any:
    memberships.reactivate(person, by=current_user, two=_two())
    flash(_back(person))
    return redirect(url_for("people.show", user_id=person.id))


def _back(person: User) -> str:
    """Somebody is let in again; who never came gets a link for the first password."""
    if person.password_hash is None and person.memberships:
        return gettext(
            "%(who)s ist wieder zugelassen. Ein neuer Link ist unterwegs an %(address)s.",
            who=person.name,
            address=person.email,
        )
    return gettext("%(who)s kann sich wieder anmelden.", who=person.name)


def _two() -> bool:
    """Whether this installation wants a second administrator to agree to roles."""
    return bool(current_app.extensions["intake"].two_for_roles)
