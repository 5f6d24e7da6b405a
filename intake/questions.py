"""What would break if a question of a form, or one of its choices, went away or were called otherwise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext
from wtforms import Field

from intake.forms import REGISTRY, vocabulary
from intake.readers import Reader, names_of, readers
from intake.wording import READ, USED
from models.drawing_drafts import DraftState, DrawingDraft, drawing_drafts
from models.processes import Diagram, latest_diagram, running_on, versions
from workflows.diagrams.files import NAMES, Bundle, is_table, roots_of
from workflows.diagrams.named import properties
from workflows.diagrams.published import REFERRAL, files_of
from workflows.diagrams.uses import Use, uses
from workflows.messages import MESSAGES


class NoSuchQuestion(LookupError):
    """No form asks this, or the question has no such choice."""


@dataclass(frozen=True)
class Drawn:
    """A version or a draft of the drawings that reads the question.

    Attributes:
        running: running cases on this version; 0 for a draft.
        in_force: whether new cases take this version.
        uses: the places in it that read the question.
        examples: names of its example cases that answer it.
    """

    version: Diagram | None
    draft: DrawingDraft | None
    running: int = 0
    in_force: bool = False
    uses: list[Use] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Readings:
    """Everything that reads a question, or one of its choices.

    Attributes:
        drawn: versions in force, to come or with running cases, and drafts.
        places: places of the program, with the choices that each tells apart.
        questions: questions that are asked only after some answers to this one, with those.
    """

    name: str
    label: str
    choices: list[tuple[str, str]]
    drawn: list[Drawn] = field(default_factory=list)
    places: list[tuple[Reader, tuple[str, ...]]] = field(default_factory=list)
    questions: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        """Whether something would break."""
        return bool(self.drawn or self.places or self.questions)


def readings(name: str, choice: str = "") -> Readings:
    """What reads a question such as `triage.decision`; with a choice, only what tells that one apart.

    Raises:
        NoSuchQuestion: no form asks it, or it has no such choice.
    """
    key, _dot, asked = name.partition(".")
    form = REGISTRY[key]() if key in REGISTRY else None
    question = form._fields.get(asked) if form is not None else None
    if form is None or question is None:
        raise NoSuchQuestion(name)
    choices = choices_of(question)
    if choice and choice not in dict(choices):
        raise NoSuchQuestion(f"{name}={choice}")
    others = [
        (str(other.label.text), tuple(str(v) for v in other.only_if[1]))
        for other in form._fields.values()
        if getattr(other, "only_if", None) and other.only_if[0] == asked
    ]
    return Readings(
        name,
        str(question.label.text),
        choices,
        [drawn for each in _drawn() if (drawn := _reading(each, name, choice))],
        [(r, values) for r, values in readers(name) if not choice or choice in values],
        [(label, values) for label, values in others if not choice or choice in values],
    )


@dataclass(frozen=True)
class Place:
    """One place that would break, in words.

    Attributes:
        values: the choices that it tells apart, by their codes.
    """

    where: str
    what: str
    values: str = ""


def places(found: Readings) -> Iterator[Place]:
    """Every place of some readings, one by one, for the shell."""
    for drawn in found.drawn:
        where = _titled(drawn)
        for use in drawn.uses:
            values = ", ".join(map(str, use.values)) if use.name == found.name else ""
            yield Place(where, f"{USED[use.what]} {use.told or use.element}", values)
        for example in drawn.examples:
            yield Place(where, gettext("Beispiel «%(name)s»", name=example))
    for reader, told in found.places:
        yield Place(reader.at, f"{READ[reader.what]}: {reader.words}", ", ".join(told))
    for label, told in found.questions:
        yield Place(gettext("Im selben Formular"), label, ", ".join(told))


def _titled(drawn: Drawn) -> str:
    if drawn.version is not None:
        return gettext("Version %(n)s", n=drawn.version.version)
    assert drawn.draft is not None
    return drawn.draft.note or gettext("Entwurf %(n)s", n=drawn.draft.id)


def choices_of(question: Field) -> list[tuple[str, str]]:
    """(code, words) of what a question offers; empty for a free answer."""
    return [(str(code), str(words)) for code, words in getattr(question, "choices", None) or ()]


def _drawn() -> list[Drawn]:
    """Versions that matter and drafts that are worked on, nothing looked up in them yet."""
    running, in_force = running_on(), latest_diagram(REFERRAL)
    newest = in_force.version if in_force else 0
    found = [
        Drawn(version, None, running.get(version.id, 0), version is in_force)
        for version in versions(REFERRAL)
        if version.version >= newest or version.id in running
    ]
    drafts = drawing_drafts(DraftState.EDITING, DraftState.IN_REVIEW)
    return found + [Drawn(None, draft) for draft in drafts]


def _reading(drawn: Drawn, name: str, choice: str) -> Drawn | None:
    """What reads the question in one version or draft; None if nothing does."""
    if drawn.version is not None:
        bundle: Bundle = {n: text.encode() for n, text in files_of(drawn.version.id).items()}
        examples: Mapping[str, Any] = drawn.version.examples
    else:
        assert drawn.draft is not None
        bundle, examples = drawn.draft.bundle, drawn.draft.examples
    found = uses(bundle, vocabulary())
    reading = [
        use
        for known_as in names_of(name)
        for use in found.get(known_as, [])
        if not choice or choice in {str(value) for value in use.values}
    ]
    answered = _answered(bundle, examples, name, choice)
    if not reading and not answered:
        return None
    return replace(drawn, uses=reading, examples=answered)


def _answered(bundle: Bundle, examples: Mapping[str, Any], name: str, choice: str) -> list[str]:
    """The example cases that answer a question."""
    forms = {
        task.get("id"): properties(task).get("form", "")
        for root in roots_of(bundle)[0].values()
        if not is_table(root)
        for task in root.iterfind(".//bpmn:userTask", NAMES)
    }
    key, _dot, asked = name.partition(".")
    message = MESSAGES[key][0] if key in MESSAGES else ""
    routes = {asked, *(n.partition(".")[2] for n in names_of(name) if n.startswith(f"{key}."))}
    return [
        example.get("name") or file
        for file, example in examples.items()
        if any(
            (forms.get(step.get("step")) == key or (message and step.get("message") == message))
            and (not choice or str(value) == choice)
            for step in example["steps"]
            for route, value in (step.get("answers") or {}).items()
            if route in routes
        )
    ]
