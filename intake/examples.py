"""What became of example cases, in German or English."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from workflows.diagrams.examples import Failure

_WHY = {
    "not_waiting": _("«%(wanted)s» wartet nicht, sondern: %(found)s."),
    "no_message": _("die Nachricht «%(wanted)s» hört der Fall hier nicht; er hört: %(found)s."),
    "no_timer": _("die Frist «%(wanted)s» läuft nicht ab; es wartet: %(found)s."),
    "no_such_answer": _("die Antwort «%(wanted)s» gibt es nicht; möglich: %(found)s."),
    "stopped": _("der Fall bleibt bei «%(wanted)s» stehen: %(found)s."),
    "waits": _("es sollte warten: %(wanted)s. Es wartet: %(found)s."),
    "status": _("der Status sollte «%(wanted)s» sein und ist «%(found)s»."),
    "end": _("der Fall sollte enden mit «%(wanted)s»; er ist bei: %(found)s."),
}


def sentence(failure: Failure) -> str:
    """Where an example went another way, and how."""
    none = gettext("nichts")
    words = {"wanted": failure.wanted or none, "found": failure.found or none}
    where = gettext("Schritt %(n)s", n=failure.number) if failure.number else gettext("Beginn")
    return f"{where}: {str(_WHY[failure.reason]) % words}"
