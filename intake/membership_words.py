"""What is said where roles are given and taken: why not, what waits, what is free again."""

from flask_babel import gettext, ngettext
from flask_login import current_user

from models.people import User, administrators


def waits(**words: str) -> str:
    """A role that has to wait for a second administrator."""
    return gettext(
        "%(who)s bekommt die Rolle «%(role)s» bei %(place)s, sobald eine zweite Person zustimmt, "
        "die administriert.",
        **words,
    )


def not_oneself() -> str:
    """Why nobody gives herself a role."""
    return gettext(
        "Sich selbst können Sie keine Rolle geben. Bitten Sie jemanden, der auch administriert."
    )


def needed(person: User) -> str:
    """Why this person's administration cannot be taken away, if so."""
    if person.id == current_user.id:
        return gettext(
            "Sich selbst können Sie nicht deaktivieren, und Ihre eigene Administration können Sie "
            "nicht abgeben. Bitten Sie jemanden, der auch administriert."
        )
    return (
        last_administrator(person) if {user.id for user in administrators()} == {person.id} else ""
    )


def freed(tasks: int) -> str:
    """How many tasks are free again, if any."""
    if not tasks:
        return ""
    return " " + ngettext(
        "%(num)s Aufgabe ist wieder frei.", "%(num)s Aufgaben sind wieder frei.", tasks
    )


def last_administrator(person: User) -> str:
    """Why the last administrator stays."""
    return gettext(
        "%(who)s ist die einzige aktive Person, die administriert. Geben Sie diese Rolle zuerst "
        "jemand anderem.",
        who=person.name,
    )
