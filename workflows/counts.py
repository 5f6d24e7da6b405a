"""Reads counts of inhabitants as people paste them: a BFS number and a number a line."""

import csv
import io

_LONGEST = 8


class BadCounts(ValueError):
    """A line cannot be read; which one, and whether it names a municipality again."""

    def __init__(self, line: int, *, again: bool = False) -> None:
        super().__init__(
            f"line {line} names a municipality again"
            if again
            else f"line {line} is no BFS number with a number"
        )
        self.line, self.again = line, again


def read_counts(text: str) -> dict[int, int]:
    """Inhabitants by BFS number, out of lines with tabs, semicolons, commas or blanks between.

    Apostrophes within a number are left out; a first line of headings is passed over.

    Raises:
        BadCounts
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    sign = next((s for s in ("\t", ";", ",") if s in (lines[0] if lines else "")), " ")
    found: dict[int, int] = {}
    for place, row in enumerate(csv.reader(io.StringIO("\n".join(lines)), delimiter=sign), 1):
        cells = [cell.strip().replace("'", "").replace("’", "") for cell in row if cell.strip()]
        if len(cells) != 2 or not all(_is_number(cell) for cell in cells):
            if place == 1 and not any(_is_number(cell) for cell in cells):
                continue
            raise BadCounts(place)
        if int(cells[0]) in found:
            raise BadCounts(place, again=True)
        found[int(cells[0])] = int(cells[1])
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < _LONGEST
