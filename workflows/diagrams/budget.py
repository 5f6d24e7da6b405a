"""How much the check of one bundle may try in all, however many gateways, tables and processes it holds."""

from workflows import bounds


class Left:
    """What is left of a number of tries."""

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self, number: int) -> bool:
        """Whether so many tries are still left; they are taken then."""
        if number > self.left:
            return False
        self.left -= number
        return True


class Budget:
    """The tries of one check.

    Attributes:
        conditions: conditions tried with a combination of answers.
        rules: rules of tables tried with a combination of values.
        tokens: looks at a token on its way.
    """

    def __init__(self) -> None:
        self.conditions = Left(bounds.TRIED_CONDITIONS)
        self.rules = Left(bounds.TRIED_RULES)
        self.tokens = Left(bounds.TRIED_TOKENS)
