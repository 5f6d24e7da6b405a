"""The office is told of an agreement where the copy is ticked, and only there."""

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from models.outbox import Mail
from models.session import db

PETRA = "p.beispiel@example.org"


@pytest.mark.parametrize(("ticked", "told"), [(True, [PETRA]), (False, [])])
def test_the_copy_goes_where_it_is_ticked(case, monika, ticked, told):
    mentor = player.mentor(organisation_of(monika), monika)
    for step in ("completeness_check", "triage", "intake_interview"):
        player.do(case, step, monika)
    player.do(case, "matching_proposal", monika, mentor=mentor)
    for side in ("mentor", "mentee"):
        player.do(case, "proposal_answer", monika, side)
    player.do(case, "first_meeting", monika)
    player.do(case, "tandem_agreement", monika, copy_to_case_office=ticked)
    mails = sa.select(Mail.recipient).where(Mail.notice == "tandem_started")
    assert list(db.scalars(mails)) == told
