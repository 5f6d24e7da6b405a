"""Einladung: a person, an organisation, a role that exists there."""

from flask_babel import lazy_gettext as _

from intake.forms.fields import Email, Text
from intake.forms.membership import MembershipForm
from models.readers import NO_CASE


class InvitationForm(MembershipForm):
    """Who, where, as what."""

    form_key = "invitation"
    title = _("Person einladen")
    readers = NO_CASE
    sections = (("all", "", ("first_name", "last_name", "email", "organisation", "role")),)
    first_name = Text(_("Vorname"))
    last_name = Text(_("Name"))
    email = Email(
        _("E-Mail"), hint=_("Dorthin geht der Link, mit dem die Person ihr Passwort setzt.")
    )
