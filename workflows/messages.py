"""Which message which form sends into a case, and which side may send it."""

from models.people import OFFICE_ROLES, PROVIDER_ROLES, Role

MESSAGES: dict[str, tuple[str, frozenset[Role]]] = {
    "withdrawal": ("referral_withdrawn", OFFICE_ROLES | PROVIDER_ROLES),
    "early_termination": ("tandem_ended_early", PROVIDER_ROLES),
    "consent_revocation": ("consent_revoked", OFFICE_ROLES),
    "reopening": ("case_reopened", OFFICE_ROLES | PROVIDER_ROLES),
}

#: The names that a drawing may listen to; nothing else is ever sent.
SENT = frozenset(name for name, _roles in MESSAGES.values())
