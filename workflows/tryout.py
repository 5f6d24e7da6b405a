"""A draft tried with a made-up case: played anew from its start each time, nothing of it is a case."""

from typing import Any

from models.base import now
from models.drawing_drafts import DrawingDraft, Tryout
from models.people import User
from models.session import db, transaction
from workflows.diagrams.check import Forms
from workflows.diagrams.examples import Example, Failure, Player, Standing, then
from workflows.diagrams.files import texts_of
from workflows.diagrams.read import read_texts
from workflows.drawing_drafts import keep_example
from workflows.engine.codec import Specs

EMPTY: dict[str, Any] = {"name": "", "facts": {}, "gives": {}, "steps": []}


class Trial:
    """The made-up case that somebody plays on a draft.

    Attributes:
        example: what was done so far, as an example case.

    Raises:
        UnreadableDrawing: specs cannot be built from the draft.
    """

    def __init__(self, draft: DrawingDraft, forms: Forms, user: User) -> None:
        self._draft, self._forms, self._user = draft, forms, user
        self._specs: Specs = read_texts(texts_of(draft.bundle), draft.process_id)
        row = db.get(Tryout, (draft.id, user.id))
        self.example: dict[str, Any] = {**EMPTY, **(row.example if row else {})}
        self.failure, self.standing, self.passed = self._play(self.example)

    def _play(self, example: dict[str, Any]) -> tuple[Failure | None, Standing | None, list[str]]:
        player = Player(Example.of(example), self._specs, self._forms)
        failure = player.play()
        if failure is not None and failure.number == 0:
            return failure, None, []
        return failure, player.standing(), sorted(set(player.seen))

    def do(self, step: dict[str, Any]) -> Failure | None:
        """Add a step, if the case goes on with it; else why not, and nothing is kept."""
        steps = [*self.example["steps"], step]
        failure, standing, passed = self._play({**self.example, "steps": steps})
        if failure is not None:
            return failure
        self._keep({**self.example, "steps": steps})
        self.failure, self.standing, self.passed = None, standing, passed
        return None

    def undo(self) -> None:
        """Take the last step back."""
        self._keep({**self.example, "steps": self.example["steps"][:-1]})

    def begin(self, facts: dict[str, Any]) -> None:
        """Begin anew, with other facts about the case."""
        self._keep({**EMPTY, "facts": facts})

    def tell(self, gives: dict[str, Any]) -> None:
        """Say what automatic steps answer from here on."""
        self._keep({**self.example, "gives": {**self.example["gives"], **gives}})

    def _keep(self, example: dict[str, Any]) -> None:
        with transaction():
            row = db.get(Tryout, (self._draft.id, self._user.id))
            if row is None:
                db.add(Tryout(draft_id=self._draft.id, user_id=self._user.id, example=example))
            else:
                row.example = example
        self.example = example

    def as_example(self, name: str) -> str:
        """Keep what was played as an example of the draft, saying where the case is; its file name.

        Raises:
            NotOpen: the draft can no longer be changed.
        """
        steps = [*self.example["steps"]]
        if steps and self.standing is not None:
            steps[-1] = {**steps[-1], **then(self.standing)}
        file = free_name(self._draft, name)
        kept = {**self.example, "name": name, "steps": steps}
        keep_example(self._draft, file, kept, by=self._user)
        return file


def free_name(draft: DrawingDraft, words: str) -> str:
    """A file name for an example, from its words; one that the draft does not have yet."""
    plain = "".join(c if c.isalnum() and c.isascii() else "_" for c in words.lower())
    stem = "_".join(part for part in plain.split("_") if part)[:40] or f"example_{now():%H%M%S}"
    name, number = f"{stem}.json", 1
    while name in draft.examples:
        number += 1
        name = f"{stem}_{number}.json"
    return name
