"""Every event of the journal is a security event or is none, and each call that gives rights asks for two."""

import ast
from pathlib import Path

from intake.security_words import EVENT
from models.journal import SECURITY

ROOT = Path(__file__).parents[2]
#: Of a case, or of what the administration keeps: nobody gets in or gets rights by it.
NOT_SECURITY = {
    "of a case": set(),
    "kept by the administration": set(),
}


def calls(name):
    """Every call of a function of this name: (file, node)."""
    for room in ("intake", "workflows", "models"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    called = node.func
                    found = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                    if found == name:
                        yield path.relative_to(ROOT), node


def events():
    """Every event that is noted anywhere, with the files that do."""
    found = {}
    for name in ("write", "_note", "note"):
        for path, node in calls(name):
            for text in _texts(node.args[0]) if node.args else ():
                found.setdefault(text, set()).add(str(path))
    return found


def _texts(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value] if node.value.isidentifier() and node.value.islower() else []
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    return []
