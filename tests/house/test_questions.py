"""What a form calls free is free."""

import ast
import inspect
import textwrap

from intake.forms.base import REGISTRY

#: Reads whether something is empty only to suggest an answer.
SUGGESTS = {"start", "prepare"}


def asked_by_rules(form):
    """Names of the questions of which a rule of the form asks whether they are empty."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(form)))
    for method in ast.walk(tree):
        if not isinstance(method, ast.FunctionDef) or method.name in SUGGESTS:
            continue
        for node in ast.walk(method):
            if isinstance(node, ast.Attribute) and node.attr == "empty":
                if isinstance(node.value, ast.Attribute):
                    yield node.value.attr
                else:  # a loop over several questions
                    loops = (n for n in ast.walk(method) if isinstance(n, ast.For))
                    yield from (q.attr for n in loops for q in n.iter.elts)


def questions(form):
    """All questions of a form by name, those of its groups too."""
    for name, field in form()._fields.items():
        yield name, field
        if field.kind == "many":
            field.append_entry()
            yield from ((q.short_name, q) for q in field.entries[-1].form)


def test_what_a_rule_may_ask_for_is_not_called_free():
    found = 0
    for form in REGISTRY.values():
        names = set(asked_by_rules(form))
        for name, field in questions(form):
            if name in names and field.optional:
                assert not field.voluntary, f"{form.form_key}.{name}: by_rule, not optional"
                found += 1
    assert found >= 9


def test_what_a_rule_may_ask_for_says_when():
    for form in REGISTRY.values():
        for name, field in questions(form):
            if field.optional and not field.voluntary:
                near = str(field.description) or name in {"email", "waiting_date_reason"}
                assert near, f"{form.form_key}.{name}: a hint says when it is needed"
