"""How much of anything is taken, in one place, each with its reason.

What people bring is counted while it is read, and refused with a sentence before anything is built of it.
docs/office/bounds.md holds the same table; a test compares the two.
"""

from dataclasses import dataclass

KB, MB = 1024, 1024 * 1024


@dataclass(frozen=True)
class Bound:
    """At most so many of a unit, and why."""

    at_most: int
    unit: str
    why: str

    @property
    def said(self) -> str:
        """As people read it: 16 kB, 2,000 fields."""
        for size, name in ((MB, "MB"), (KB, "kB")):
            if self.unit == "bytes" and self.at_most >= size and self.at_most % size == 0:
                return f"{self.at_most // size} {name}"
        return f"{self.at_most:,} {self.unit}"


#: Name to bound, in the order of the table.
BOUNDS: dict[str, Bound] = {}


def _bound(name: str, at_most: int, unit: str, why: str) -> int:
    BOUNDS[name] = Bound(at_most, unit, why)
    return at_most


# Requests
OPEN_BODY = _bound(
    "OPEN_BODY", 16 * KB, "bytes", "what comes without a session: signing in, a password"
)
FORM_TEXT = _bound("FORM_TEXT", 1 * MB, "bytes", "all typed fields of a form together")
FORM_FIELDS = _bound("FORM_FIELDS", 2_000, "fields", "the largest form has some 300")
OPEN_FIELDS = _bound("OPEN_FIELDS", 100, "fields", "the same without a session")
REQUEST = _bound(
    "REQUEST", 64 * MB, "bytes", "a body is read to its end, so that the form comes back with it"
)
REQUEST_LINE = _bound("REQUEST_LINE", 4_094, "bytes", "the longest address has some 300")
HEADERS = _bound("HEADERS", 60, "headers", "a browser sends some 20")
HEADER = _bound("HEADER", 8_190, "bytes", "one header; cookies are the longest")

# Papers of a case
PIXELS = _bound("PIXELS", 100_000_000, "pixels", "an A3 page scanned at 600 dpi has 70 millions")

# Files of drawings
ZIP = _bound("ZIP", 4 * MB, "bytes", "a packed bundle; ours has 30 kB")
ZIP_ENTRIES = _bound("ZIP_ENTRIES", 1_000, "entries", "each costs memory before it is opened")
ZIP_RATIO = _bound("ZIP_RATIO", 100, "times", "drawings are packed to a tenth or twentieth")
BUNDLE_FILES = _bound("BUNDLE_FILES", 60, "files", "one process and what it calls; ours has 9")
BUNDLE = _bound("BUNDLE", 8 * MB, "bytes", "all files of a bundle unpacked; ours has 160 kB")
BUNDLE_ELEMENTS = _bound("BUNDLE_ELEMENTS", 12_000, "elements", "all files; ours have 2,500")
XML = _bound("XML", 1_000_000, "bytes", "one drawing or table; our largest has 35 kB")
ELEMENTS = _bound("ELEMENTS", 4_000, "elements", "one file; our largest has 550, pictures included")
DEPTH = _bound("DEPTH", 60, "levels", "the library that builds specs is recursive; ours have 8")
ATTRIBUTES = _bound("ATTRIBUTES", 100, "attributes", "of one element; ours have 4")
ATTRIBUTE = _bound("ATTRIBUTE", 8_000, "characters", "of one attribute; ours have 60")
FINDINGS = _bound("FINDINGS", 1_000, "findings", "nobody reads more; the rest is counted")
RULES = _bound("RULES", 1_000, "rules", "of one decision table")
TRIED_CONDITIONS = _bound(
    "TRIED_CONDITIONS",
    100_000,
    "tries",
    "conditions with answers, in one check; ours have defaults",
)
TRIED_RULES = _bound(
    "TRIED_RULES", 500_000, "tries", "rules of tables with values, in one check; ours need 150"
)
TRIED_TOKENS = _bound(
    "TRIED_TOKENS", 6_000_000, "looks", "tokens on their ways, in one check; ours need 20,000"
)
EXAMPLES = _bound("EXAMPLES", 200, "examples", "of one draft; all are played before a release")
EXAMPLE = _bound("EXAMPLE", 100_000, "bytes", "one example case; ours have 3 kB")
EXAMPLE_STEPS = _bound("EXAMPLE_STEPS", 200, "steps", "of one example case")

# Pages that are printed
PICTURE = _bound("PICTURE", 4_000_000, "bytes", "the picture of a drawing as the browser sends it")
PICTURE_ELEMENTS = _bound("PICTURE_ELEMENTS", 40_000, "elements", "ten for each element drawn")
PICTURE_DEPTH = _bound("PICTURE_DEPTH", 60, "levels", "ours have 12")
PAPER = _bound("PAPER", 2 * MB, "bytes", "the answers of a case as they go to the printer")
PRINT_SECONDS = _bound("PRINT_SECONDS", 20, "seconds", "of one processor; a case takes 0.2")
PRINT_WAIT = _bound("PRINT_WAIT", 25, "seconds", "until the page is given up")
PRINT_MEMORY = _bound("PRINT_MEMORY", 1_024 * MB, "bytes", "of the process that prints, in all")

# The server
THREADS = _bound("THREADS", 8, "threads", "requests at once in each process")
ANSWER_SECONDS = _bound("ANSWER_SECONDS", 60, "seconds", "then a silent process is replaced")
RECEIVE_SECONDS = _bound(
    "RECEIVE_SECONDS", 60, "seconds", "until a request has come whole; else its thread is freed"
)
SEND_SECONDS = _bound("SEND_SECONDS", 60, "seconds", "until an answer is taken by who asked")
KEPT_OPEN = _bound("KEPT_OPEN", 5, "seconds", "a connection between two requests")


if __name__ == "__main__":
    for _name, _each in BOUNDS.items():
        print(f"| `{_name}` | {_each.said} | {_each.why} |")  # noqa: T201  for the manual
