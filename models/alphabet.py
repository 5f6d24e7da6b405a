"""The order of a German dictionary: Ä beside A, not after Z (DIN 5007-1)."""

import unicodedata


def alphabetical(name: object) -> str:
    """What to sort names by."""
    plain = unicodedata.normalize("NFKD", str(name).replace("ß", "ss"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
