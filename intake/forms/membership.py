"""Where somebody works and as what: an organisation and a role that exists there."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake import wording
from intake.forms.base import StepForm
from intake.forms.fields import Choice
from models.base import today
from models.organisations import Organisation, OrganisationKind, organisations
from models.people import ROLES_AT, Role
from models.readers import NO_CASE


class MembershipForm(StepForm):
    """An organisation, a role."""

    title = _("Rolle hinzufügen")
    readers = NO_CASE
    organisation = Choice(_("Organisation"))
    role = Choice(_("Rolle"))

    def offer(self) -> "MembershipForm":
        """The organisations by their kind, and the roles with theirs.

        People come before an organisation takes part, and its cases go on afterwards.
        """
        self._places = {str(o.id): o for o in organisations()}
        self.organisation.offer_groups(
            [
                (wording.KINDS[kind], found)
                for kind in OrganisationKind
                if (found := [(k, _called(o)) for k, o in self._places.items() if o.kind is kind])
            ]
        )
        self.role.choices = [(role.value, _label(role)) for role in Role]
        return self

    @property
    def chosen_organisation(self) -> Organisation:
        """The organisation as such. Only of a form that validated."""
        return self._places[str(self.organisation.data)]

    @property
    def chosen_role(self) -> Role:
        """The role as such. Only of a form that validated."""
        return Role(self.role.data)

    def consistent(self) -> bool:
        """A coordinator works at a provider, a case manager at an office."""
        there = ROLES_AT[self.chosen_organisation.kind]
        if self.chosen_role in there:
            return True
        self.role.errors = [
            gettext(
                "Diese Rolle gibt es bei «%(place)s» nicht. Wählen Sie eine von diesen: %(roles)s.",
                place=self.chosen_organisation.name,
                roles=", ".join(str(wording.ROLE[role]) for role in Role if role in there),
            )
        ]
        return False


def _called(organisation: Organisation) -> str:
    if organisation.open_on(today()):
        return organisation.name
    return f"{organisation.name} ({wording.period(organisation)})"


def _label(role: Role) -> str:
    kinds = [str(wording.KIND[k]) for k, roles in ROLES_AT.items() if role in roles]
    return f"{wording.ROLE[role]} ({', '.join(kinds)})"
