"""Values of columns as plain JSON, and back."""

import base64
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import sqlalchemy as sa


def plain(value: Any) -> Any:
    """A column's value as JSON can hold it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def typed(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    """The value of a column of this type that `plain` made plain."""
    if value is None or isinstance(kind, sa.JSON):
        return value
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    wanted = kind.python_type
    if wanted in (datetime, date):
        return wanted.fromisoformat(value)
    if wanted is Decimal:
        return Decimal(value)
    return base64.b64decode(value) if wanted is bytes else value
