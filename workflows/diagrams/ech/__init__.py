"""eCH-0158's modelling conventions (DOMAIN.md 5.3) as hints and warnings; none forbids to publish.

The standard targets descriptive drawings. Two modes: `analytic` for what runs, `descriptive` for the
standard's own small palette. Kind and severity of each rule are this project's (DOMAIN.md 5.3).
"""

from dataclasses import dataclass

from workflows.diagrams.ech import beside, lines, rules
from workflows.diagrams.ech.drawing import MODES, RULES, Drawing
from workflows.diagrams.files import NAMES, Bundle, Root, is_table, roots_of


@dataclass(frozen=True)
class Convention:
    """A rule of eCH-0158 that an element does not follow.

    Attributes:
        rule: its id in DOMAIN.md 5.3, such as `ACT-1`.
        severity: `warning` or `hint`.
    """

    rule: str
    severity: str
    file: str
    element: str
    name: str


def conventions(bundle: Bundle, mode: str) -> list[Convention]:
    """What does not follow eCH-0158 in the drawings of a bundle, by file and rule."""
    roots, _unread = roots_of(bundle)
    drawings = {file: root for file, root in roots.items() if not is_table(root)}
    messages = {file: _messages(root) for file, root in drawings.items()}
    found = []
    for file, root in drawings.items():
        elsewhere = frozenset().union(*(named for key, named in messages.items() if key != file))
        for process in root.iterfind("bpmn:process", NAMES):
            drawing = Drawing(root, process, elsewhere)
            for name, (severity, modes, look) in RULES.items():
                if mode in modes:
                    found += [Convention(name, severity, file, *miss) for miss in look(drawing)]
    return found


def _messages(root: Root) -> frozenset[str]:
    return frozenset(
        filter(None, (m.get("name") for m in root.iterfind(".//bpmn:messageFlow", NAMES)))
    )


__all__ = ["MODES", "RULES", "Convention", "beside", "conventions", "lines", "rules"]
