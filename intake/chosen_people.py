"""Whom the list of people shows, as its address asks for."""

from dataclasses import dataclass

from flask import request

from intake import wording
from intake.whole import key_of
from models.people import User


@dataclass(frozen=True)
class Chosen:
    """Whom the list shows."""

    text: str = ""
    organisation_id: int = 0
    state: str = ""

    @classmethod
    def asked(cls) -> "Chosen":
        """What stands in the address; what makes no sense is left out."""
        place, state = request.args.get("organisation", ""), request.args.get("state", "")
        return cls(
            text=request.args.get("text", "")[:80].strip(),
            organisation_id=key_of(place),
            state=state if state in wording.PERSON_STATE else "",
        )

    @property
    def narrows(self) -> bool:
        """True if not everybody is shown."""
        return self != Chosen()

    def fits(self, user: User, *, lacks_factor: bool = False) -> bool:
        """Whether somebody is meant."""
        hay = f"{user.last_name} {user.first_name} {user.last_name} {user.email}".casefold()
        places = {organisation.id for organisation, _roles in user.workplaces()}
        return (
            all(word in hay for word in self.text.casefold().split())
            and (not self.organisation_id or self.organisation_id in places)
            and (
                not self.state
                or self.state == wording.person_state(user)
                or (self.state == "without_factor" and lacks_factor)
            )
        )
