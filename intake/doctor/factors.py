"""Has everybody a second factor whose role needs one, and can it still be read?"""

from collections.abc import Iterator

from flask_babel import gettext, ngettext

from intake import time_codes, wording
from intake.config import Config
from intake.doctor.lines import Finding, State, missing, ok, page, warn
from intake.factors import demanding_roles
from models.second_factors import time_codes as all_time_codes
from models.second_factors import without_factor


def second_factors(_config: Config) -> Iterator[Finding]:
    """Who must have one and has none; whose app was sealed with another key."""
    roles = demanding_roles()
    if not roles:
        yield Finding(State.NOT_APPLICABLE, gettext("In einer Demo verlangt ihn keine Rolle."))
        return
    yield from _unread()
    without = without_factor(roles)
    if not without:
        words = ", ".join(sorted(str(wording.ROLE[role]) for role in roles))
        yield ok(gettext("Alle haben einen, deren Rolle ihn verlangt: %(roles)s.", roles=words))
        return
    yield warn(
        ngettext(
            "%(num)s Person hat noch keinen, obwohl ihre Rolle ihn verlangt.",
            "%(num)s Personen haben noch keinen, obwohl ihre Rolle ihn verlangt.",
            len(without),
        ),
        gettext("Beim nächsten Anmelden richten sie ihn ein. Fragen Sie nach, wer lange fehlt."),
        page(gettext("Wer noch keinen hat"), "people.index", state="without_factor"),
    )


def _unread() -> Iterator[Finding]:
    closed = [row for row in all_time_codes() if not time_codes.can_be_opened(row)]
    if closed:
        yield missing(
            ngettext(
                "Die App von %(num)s Person lässt sich nicht mehr prüfen: INTAKE_SECRET_KEY wurde "
                "geändert.",
                "Die Apps von %(num)s Personen lassen sich nicht mehr prüfen: INTAKE_SECRET_KEY "
                "wurde geändert.",
                len(closed),
            ),
            gettext(
                "Stellen Sie den früheren Schlüssel wieder her, oder setzen Sie den zweiten Faktor "
                "dieser Personen zurück."
            ),
        )
