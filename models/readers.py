"""Who may read an answer of a case: said at the question, refused to everybody who is not named."""

import enum


class Readers(enum.Flag):
    """The sides of a case that read an answer; none of them unless a question names it.

    OFFICE is the office that has the case now, PROVIDER the provider that has it now. COORDINATION
    are the coordinators of that provider until one of them has the case, from then on she alone;
    her programme lead reads with them. NO_CASE are answers that belong to no case, such as the name
    of an organisation: the permission of their page decides, and no page of a case shows them.
    """

    OFFICE = enum.auto()
    PROVIDER = enum.auto()
    COORDINATION = enum.auto()
    NO_CASE = enum.auto()


NOBODY = Readers(0)
OFFICE, PROVIDER, COORDINATION, NO_CASE = Readers
BOTH = OFFICE | PROVIDER
