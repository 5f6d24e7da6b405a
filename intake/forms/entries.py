"""Adding and removing entries of repeating groups without JavaScript."""

import re
from collections.abc import Iterator

from werkzeug.datastructures import MultiDict

from intake.forms.arrived import Arrived
from intake.whole import whole


def with_entries(sent: MultiDict[str, str]) -> Arrived[str]:
    """What was sent, with an empty entry more (`add=<group>`) or one less (`remove=<group>-<n>`)."""
    items = list(sent.items(multi=True))
    removed = sent.get("remove", "")
    if re.fullmatch(r"[a-z_]+-[0-9]{1,4}", removed):
        items = [(name, value) for name, value in items if not name.startswith(f"{removed}-")]
    added = sent.get("add", "")
    if re.fullmatch(r"[a-z_]+", added):
        items.append((f"{added}-{max(_numbers(items, added), default=-1) + 1}-entry", "1"))
    return Arrived(items)


def _numbers(items: list[tuple[str, str]], group: str) -> Iterator[int]:
    for name, _value in items:
        if name.startswith(f"{group}-"):
            number = whole(name.removeprefix(f"{group}-").partition("-")[0], most=9998)
            if number is not None:
                yield number
