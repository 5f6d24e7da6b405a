"""StepForm: a step is a user task on the drawing and one of these."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self

from flask_babel import gettext
from wtforms import Field, Form
from wtforms.fields.core import UnboundField

from intake.forms.arrived import Arrived
from intake.forms.fields import Day, Many, Question
from models.base import today
from models.people import OFFICE_ROLES, PROVIDER_ROLES, Role
from models.readers import COORDINATION, NOBODY, OFFICE, PROVIDER, Readers
from models.referrals import Referral
from models.tasks import Task
from workflows.desk import FilledForm
from workflows.diagrams.vocabulary import Vocabulary

REGISTRY: dict[str, type["StepForm"]] = {}

Section = tuple[str, Any, tuple[str, ...]]


class Group(Form):
    """The questions of one entry of a repeating group."""


class StepForm(Form):
    """A form under its key, with the answers that a drawing may route on.

    Class attributes:
        form_key: the name in drawings; a second class with the same is refused.
        title: what the step is called where no drawing names it.
        readers: who reads its answers, where a question does not say otherwise (models/readers.py);
            without it every question says so itself, or the class is refused.
        shared_if: name of a tick without which the office reads none of its answers.
        routes: names of answers that conditions may read as `<form_key>.<name>`.
        variants: of these routes a drawing chooses the one that a step answers.
        sections: (code, heading, names of questions); one section of all if left out.
        rules_at_once: `consistent` is asked of half a form too, and bears answers that are wrong.
    """

    form_key: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    readers: ClassVar[Readers] = NOBODY
    shared_if: ClassVar[str] = ""
    routes: ClassVar[tuple[str, ...]] = ()
    variants: ClassVar[tuple[str, ...]] = ()
    sections: ClassVar[tuple[Section, ...]] = ()
    rules_at_once: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _say_who_reads(cls)
        if cls.form_key:
            if cls.form_key in REGISTRY:
                raise TypeError(f"two forms claim the key {cls.form_key}")
            REGISTRY[cls.form_key] = cls

    def __init__(self, formdata: Any = None, *args: Any, **options: Any) -> None:
        super().__init__(formdata, *args, **options)
        self.arrived = formdata if isinstance(formdata, Arrived) else None
        self.referral: Referral | None = None
        self._unread: dict[str, Any] = {}

    def readers_of(self, name: str) -> Readers:
        """Who reads the answer to a question, as these answers stand; nobody, if it is not asked."""
        field = self._fields.get(name)
        if field is None:
            return NOBODY
        readers: Readers = self.readers if field.readers is None else field.readers
        if self.shared_if and not self._fields[self.shared_if].data:
            readers &= ~OFFICE
        return readers

    def asked_of(self, side: Readers) -> Self:
        """Leave out what a side is not asked: what only the other side reads."""
        for name in list(self._fields):
            if not self.readers_of(name) & (side | COORDINATION):
                del self._fields[name]
        return self

    def keep_unread(self, known: Mapping[str, Any]) -> Self:
        """Answers that who fills this form may not read: an empty field leaves them as they are."""
        self._unread = {name: known[name] for name in known if name in self._fields}
        return self

    def say_given(self, names: Iterable[str]) -> Self:
        """Say at questions that they were answered, without the answer: who asks wrote it."""
        for name in names:
            self._fields[name].description = gettext(
                "Sie haben hier etwas angegeben. Lassen Sie das Feld leer, wenn es gilt; "
                "ein neuer Text ersetzt es."
            )
        return self

    @classmethod
    def for_task(cls, task: Task, **options: Any) -> "StepForm":
        """The form of a step, its choices those of the case; whatever lane a drawing puts it into."""
        form = REGISTRY[task.form_key](**options)
        form.prepare(task.referral, task.variant)
        return form.asked_of(OFFICE if task.role in OFFICE_ROLES else PROVIDER)

    def prepare(self, referral: Referral, variant: str = "") -> None:
        """Choices and first answers that depend on the case; called once."""
        self.referral = referral
        self.start(variant)

    def start(self, variant: str = "") -> None:
        """First answers that depend on no case, and which variant of the step it is."""
        for field in self._fields.values():
            if isinstance(field, Day) and field.starts_today:
                self.suggest(field, today().isoformat())

    @staticmethod
    def suggest(field: Question, answer: Any) -> None:
        """A first answer, where nothing has been typed or loaded."""
        if answer is not None and field.empty and not field.typed:
            field.data = answer

    @classmethod
    def route_choices(cls) -> dict[str, tuple[Any, ...] | None]:
        """The routes with the choices they offer, for the check of drawings."""
        unbound = cls()
        found: dict[str, tuple[Any, ...] | None] = {}
        for route in cls.routes:
            choices = getattr(unbound._fields.get(route), "choices", None)
            found[route] = tuple(code for code, _label in choices) if choices else None
        return found

    @classmethod
    def lanes(cls) -> frozenset[str]:
        """The roles that may be asked this: of a side that reads all that may not stay empty."""
        form = cls()
        needed = [name for name, field in form._fields.items() if not field.optional]
        fitting: set[Role] = set()
        for side, roles in ((OFFICE, OFFICE_ROLES), (PROVIDER, PROVIDER_ROLES)):
            if all(form.readers_of(name) & (side | COORDINATION) for name in needed):
                fitting |= roles
        return frozenset(role.value for role in fitting)

    @classmethod
    def version(cls) -> str:
        """A fingerprint of the questions, kept with every submission."""
        text = "|".join(
            f"{name}:{type(field).__name__}:{[str(c) for c, _ in getattr(field, 'choices', [])]}"
            for name, field in cls()._fields.items()
        )
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def asked(self, field: Field) -> bool:
        """False for a question whose condition does not hold."""
        condition = getattr(field, "only_if", None)
        if condition is None:
            return True
        other, values = condition
        if other not in self._fields:
            return False
        answer = self._fields[other].data
        found = answer if isinstance(answer, list) else [answer]
        return self.asked(self._fields[other]) and any(value in values for value in found)

    def validate(self, extra_validators: Any = None) -> bool:
        """True if every question that is asked has a good answer."""
        good, missing = True, self.missing()
        for name, field in self._fields.items():
            if not self.asked(field):
                field.errors = []
                continue
            if name in missing:
                field.errors, good = [_not_arrived()], False
                continue
            good = field.validate(self, self._inline(name)) and good
            if isinstance(field, Many):
                good = self._validate_entries(field) and good
        if good or self.rules_at_once:
            good = self.consistent() and good
        return good

    def missing(self, section: str = "", *, needed: bool = False) -> set[str]:
        """The questions that may stay empty and of which the page that was sent says nothing.

        Those that may not are counted where `needed`: for what is kept as it is typed.

        What is missing in a request is not empty. Of what we kept or made nothing is missing.
        """
        if self.arrived is None:
            return set()
        return {
            field.name
            for code, _heading, fields in self.in_sections()
            if section in ("", code)
            for field in fields
            if not self._has_arrived(field, needed=needed)
        }

    def _has_arrived(self, field: Field, *, needed: bool = False) -> bool:
        """What may not stay empty is asked for anyway."""
        if isinstance(field, Many) and field.entries:
            inner = [question for entry in field.entries for question in entry.form]
            return all(self._has_arrived(question, needed=needed) for question in inner)
        if self.arrived is None or not (field.optional or needed):
            return True
        return self.arrived.has(field.name)

    def _inline(self, name: str) -> list[Callable[..., None]]:
        inline = getattr(type(self), f"validate_{name}", None)
        return [inline] if inline else []

    def _validate_entries(self, many: Many) -> bool:
        if len(many.entries) < many.least:
            return False
        good = True
        for entry in many.entries:
            good = all(field.validate(entry.form) for field in entry.form) and good
        return good

    def consistent(self) -> bool:
        """Whether the answers fit each other; a form adds its rules here."""
        return True

    @property
    def answers(self) -> dict[str, Any]:
        """All answers that were asked for, plain JSON."""
        return {
            name: self._unread[name] if field.data in (None, "", []) else field.data
            for name, field in self._fields.items()
            if self.asked(field) and (name in self._unread or field.data not in (None, "", []))
        }

    @classmethod
    def routes_of(cls, answers: dict[str, Any]) -> dict[str, Any]:
        """The routing answers, by route, among answers that were kept."""
        return {route: answers.get(route) for route in cls.routes}

    @property
    def routing(self) -> dict[str, Any]:
        """The routing answers under their flat keys."""
        routes = self.routes_of(self.answers)
        return {f"{self.form_key}.{route}": value for route, value in routes.items()}

    @property
    def filled(self) -> FilledForm:
        """What crosses to the desk. Only of a form that validated."""
        of_provider = PROVIDER | COORDINATION
        private = frozenset(n for n in self._fields if not self.readers_of(n) & of_provider)
        return FilledForm(self.form_key, self.version(), self.answers, self.routing, private)

    @classmethod
    def own(cls, sent: Iterable[tuple[str, list[str]]]) -> dict[str, list[str]]:
        """Of what a browser sent only the answers to questions of this form; what drafts keep."""
        names = cls()._fields
        return {name: values for name, values in sent if name.split("-")[0] in names}

    def in_sections(self) -> Iterator[tuple[str, Any, list[Field]]]:
        """(code, heading, questions) in their order."""
        sections = self.sections or (("all", "", tuple(self._fields)),)
        for code, heading, names in sections:
            yield code, heading, [self._fields[name] for name in names if name in self._fields]

    def raw(self) -> dict[str, list[str]]:
        """The answers as a browser would send them; what drafts keep."""
        found: dict[str, list[str]] = {}
        for field in self._fields.values():
            if isinstance(field, Question | Many):
                for name, value in field.raw():
                    found.setdefault(name, []).append(value)
        return found

    def all_errors(self) -> list[tuple[str, str]]:
        """(id of the question, sentence that names it) for the summary, in the order of the page."""
        found: list[tuple[str, str]] = []
        for field in self._in_order():
            if isinstance(field, Many):
                for number, entry in enumerate(field.entries, 1):
                    wrong = [q for q in entry.form if q.errors]
                    found += [(q.id, f"{field.one} {number}, {_named(q)}") for q in wrong]
                texts = [error for error in field.errors if isinstance(error, str)]
                found += [(field.id, text) for text in texts]
            elif field.errors:
                found.append((field.id, _named(field)))
        return found

    def _in_order(self) -> list[Field]:
        """The questions as the page has them, then those that it does not show."""
        shown = {f.short_name: f for _code, _heading, fields in self.in_sections() for f in fields}
        return list((shown | self._fields).values())


def _not_arrived() -> str:
    return gettext(
        "Die Seite war unvollständig: Diese Angabe ist nicht angekommen. Füllen Sie sie nochmals "
        "aus, oder lassen Sie sie leer, wenn sie leer sein soll."
    )


def _named(field: Field) -> str:
    """What is wrong with an answer, beginning with the question unless the sentence has it."""
    words, label = str(field.errors[0]), f"«{field.label.text}»"
    return words if label in words else f"{label}: {words}"


def vocabulary() -> Vocabulary:
    """Every form with its routes and lanes, as the check of drawings wants it."""
    routes = {key: form.route_choices() for key, form in REGISTRY.items()}
    return Vocabulary(routes, {key: form.lanes() for key, form in REGISTRY.items()})


def routing_of(form_key: str, answers: dict[str, Any]) -> dict[str, Any]:
    """The routing answers, by route, among answers to a form that were kept."""
    return REGISTRY[form_key].routes_of(answers) if form_key in REGISTRY else {}


def _say_who_reads(form: type[StepForm]) -> None:
    """Refuse a class with a question of which nobody says who reads it."""
    if "readers" in vars(form):
        return
    for name, field in vars(form).items():
        if isinstance(field, UnboundField) and field.kwargs.get("readers") is None:
            raise TypeError(
                f"{form.__name__}.{name}: say who reads the answer, by readers=… at the question or "
                "by `readers = …` for the whole form (models/readers.py)"
            )
