"""Notes and papers belong to the organisation that wrote them; who has the case later reads them not."""

from models.documents import Document, documents_of
from models.journal import Audience
from models.messages import Message, messages_of
from models.organisations import OrganisationKind
from models.people import OFFICE_ROLES, PROVIDER_ROLES, User
from models.readers import OFFICE, PROVIDER
from models.referrals import Referral
from workflows.desk.access import readings, sides


def place_of_writer(user: User, referral: Referral) -> int:
    """For which organisation a person writes on a case: the office, or the provider."""
    return referral.office_id if OFFICE in readings(user, referral) else referral.provider_id


def conversation(user: User, referral: Referral) -> list[Message]:
    """What a person reads of what was written on a case, oldest first.

    A note is read where it was written. A provider does not read what the one before was written.
    """
    own = user.organisation_ids(OFFICE_ROLES | PROVIDER_ROLES)
    seen, at_office = sides(user, referral), OFFICE in readings(user, referral)
    return [
        one
        for one in messages_of(referral.id)
        if one.audience in seen
        and (one.audience is Audience.BOTH or one.organisation_id in own)
        and (at_office or one.provider_id == referral.provider_id)
    ]


def papers_of(user: User, referral: Referral) -> list[Document]:
    """The papers of a case that a person reads, newest first."""
    return [one for one in documents_of(referral.id) if may_read_paper(user, referral, one)]


def may_read_paper(user: User, referral: Referral, paper: Document) -> bool:
    """Whether a person reads a paper: an office's go along, a provider's only if it gave them along."""
    if paper.audience not in sides(user, referral):
        return False
    reads = readings(user, referral)
    if OFFICE in reads:
        return True
    owner = paper.organisation
    goes_along = owner is not None and (
        owner.kind is OrganisationKind.OFFICE
        or owner.id == referral.provider_id
        or paper.given_along
    )
    return PROVIDER in reads and goes_along


def own_papers(referral: Referral) -> list[Document]:
    """The papers of the provider that has the case."""
    return [p for p in documents_of(referral.id) if p.organisation_id == referral.provider_id]
