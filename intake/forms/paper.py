"""Nacherfassung: who refers, when it came and how, for a referral that came on paper or by mail."""

from flask_babel import lazy_gettext as _

from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day
from models.base import today
from models.organisations import Organisation, OrganisationKind, organisations
from models.people import OFFICE_ROLES, User, colleagues
from models.readers import BOTH
from models.session import db


class PaperForm(StepForm):
    """Asked of an office only if it chooses so, of a coordinator always."""

    form_key = "paper"
    readers = BOTH
    channel = Choice(
        _("Wie kam die Anmeldung?"),
        (("online", _("online")), ("paper", _("auf Papier")), ("email", _("per E-Mail"))),
        default="online",
    )
    received_on = Day(_("Eingegangen am"), not_after=today, only_if=("channel", ("paper", "email")))
    case_manager = Choice(_("Fallführende Person"))

    def offer(self, user: User) -> None:
        """The case managers whom this person may enter a referral for."""
        own = user.organisation_ids(OFFICE_ROLES)
        self.for_office = bool(own)
        offices = organisations(OrganisationKind.OFFICE, on=today())
        offices = [office for office in offices if not own or office.id in own]
        people = [(office, u) for office in offices for u in colleagues(office.id, OFFICE_ROLES)]
        self.case_manager.choices = [
            (f"{office.id}.{u.id}", f"{u.last_name}, {u.first_name} ({office.name})")
            for office, u in people
        ]
        mine = next((f"{o.id}.{u.id}" for o, u in people if u.id == user.id), None)
        self.suggest(self.case_manager, mine)
        if not self.for_office:
            self.channel.choices = self.channel.choices[1:]
        self.suggest(self.received_on, today().isoformat())

    @property
    def needed(self) -> bool:
        """Whether the day of receipt has to be told."""
        return self.channel.data in ("paper", "email") or not self.for_office

    def office_and_manager(self, user: User) -> tuple[Organisation, User]:
        """Who refers. Call after validation, or for an office's own online referral."""
        if not self.needed and self.for_office:
            chosen = self.case_manager.data
            offered = {code for code, _label in self.case_manager.choices}
            if chosen not in offered:
                return user.organisation_as(OFFICE_ROLES), user
        office, _dot, user_id = str(self.case_manager.data).partition(".")
        return db.get_one(Organisation, int(office)), db.get_one(User, int(user_id))
