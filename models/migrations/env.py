"""How Alembic reaches the database and the tables."""

import sqlalchemy as sa
from alembic import context

import models
from models import private
from models.base import Base

assert models

private.database(context.config.attributes["url"])
engine = sa.create_engine(
    context.config.attributes["url"], poolclass=sa.NullPool, hide_parameters=True
)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
