"""docs/security.md: every chapter of ASVS 5 stands there, and every test that it names exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[a-z_/]+\.py)::([a-z_0-9]+)`", TEXT)))


def test_every_chapter_is_answered():
    chapters = [int(n) for n in re.findall(r"^## V(\d+) ", TEXT, re.MULTILINE)]
    assert chapters == list(range(1, 18))
    for part in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        assert "`tests/" in body or "Not applicable" in body or "Argon2" in body, head


def test_there_are_tests_named():
    assert len(NAMED) > 40


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_that_is_named_exists(path, name):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}, path
