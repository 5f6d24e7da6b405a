"""Einladung: a person, an organisation, a role that exists there."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake import wording
from intake.forms.base import StepForm
from intake.forms.fields import Choice, Email, Text
from models.organisations import organisations
from models.people import ROLES_AT, Role


class InvitationForm(StepForm):
    """Who, where, as what."""

    form_key = "invitation"
    title = _("Person einladen")
    first_name = Text(_("Vorname"))
    last_name = Text(_("Name"))
    email = Email(
        _("E-Mail"), hint=_("Dorthin geht der Link, mit dem die Person ihr Passwort setzt.")
    )
    organisation = Choice(_("Organisation"))
    role = Choice(_("Rolle"), [(role.value, wording.ROLE[role]) for role in Role])

    def offer(self) -> "InvitationForm":
        """Fill the list that comes from the tables."""
        self._kinds = {str(o.id): o.kind for o in organisations()}
        self.organisation.choices = [(str(o.id), o.name) for o in organisations()]
        return self

    @property
    def chosen_role(self) -> Role:
        """The role as such. Only of a form that validated."""
        return Role(self.role.data)

    def consistent(self) -> bool:
        """A coordinator works at a provider, a case manager at an office."""
        if Role(self.role.data) in ROLES_AT[self._kinds[self.organisation.data]]:
            return True
        self.role.errors = [gettext("Diese Rolle gibt es in dieser Organisation nicht.")]
        return False
