"""What gunicorn loads: the application with the settings of the environment."""

from flask import Flask

from intake import create_app
from intake.config import from_environment


def app() -> Flask:
    """The web application. Raises UnsafeSetting."""
    return create_app(from_environment().checked())
