"""Whole numbers as people, addresses and settings write them: the digits 0 to 9, within bounds."""

#: No column for whole numbers holds a larger one.
LARGEST = 2**31 - 1


def whole(text: str, least: int = 0, most: int = LARGEST) -> int | None:
    """The number that a text stands for; None for anything else, and beyond the bounds.

    `str.isdigit` also takes the digits of other scripts and ², of which `int` takes only some.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    found = int(text)
    return found if least <= found <= most else None


def key_of(text: str) -> int:
    """A key that stands in an address or a field; 0, which no row has, for what is none."""
    return whole(text) or 0
