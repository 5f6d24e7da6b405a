"""What would become of cases with other drawings, in German or English."""

from typing import Any

from flask_babel import gettext

from intake.differences import hindrance, remedy, sentence
from intake.examples import sentence as failure_sentence
from workflows.diagrams.differences import Change
from workflows.diagrams.examples import Failure
from workflows.engine.rebind import Blocker


def why(told: dict[str, Any]) -> list[str]:
    """Why a case would not simply go on as it is; `told` as a rehearsal keeps it."""
    found: list[str] = []
    for one in told.get("blocked", ()):
        found += [hindrance(Blocker(**one)), remedy(Blocker(**one))]
    found += [sentence(Change(**one)) for one in told.get("changes", ())]
    if "failure" in told:
        found.append(failure_sentence(Failure(**told["failure"])))
    if told.get("gone"):
        found.append(gettext("Nicht mehr durchlaufen: %(what)s.", what=", ".join(told["gone"])))
    if told.get("new"):
        found.append(gettext("Neu durchlaufen: %(what)s.", what=", ".join(told["new"])))
    end = told.get("end")
    if end and end[0] != end[1]:
        found.append(gettext("Endet mit «%(a)s» statt «%(b)s».", a=end[1] or "–", b=end[0] or "–"))
    return found
