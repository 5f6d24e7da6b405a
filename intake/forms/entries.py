"""Adding and removing entries of repeating groups without JavaScript."""

import re

from werkzeug.datastructures import MultiDict


def with_entries(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was sent, with an empty entry more (`add=<group>`) or one less (`remove=<group>-<n>`)."""
    items = list(sent.items(multi=True))
    removed = sent.get("remove", "")
    if re.fullmatch(r"[a-z_]+-\d+", removed):
        items = [(name, value) for name, value in items if not name.startswith(f"{removed}-")]
    added = sent.get("add", "")
    if re.fullmatch(r"[a-z_]+", added):
        numbers = [
            int(found[1]) for name, _ in items if (found := re.match(rf"{added}-(\d+)-", name))
        ]
        items.append((f"{added}-{max(numbers, default=-1) + 1}-entry", "1"))
    return MultiDict(items)
