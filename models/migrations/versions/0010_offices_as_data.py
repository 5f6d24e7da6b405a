"""Offices as data: dates, areas and mail of organisations, contracts, dated places, inhabitants"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LATER = "valid_to is null or valid_from is null or valid_to >= valid_from"


def upgrade() -> None:
    for table in ("social_regions", "organisations", "programs"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("valid_from", sa.Date(), nullable=True))
            batch_op.add_column(sa.Column("valid_to", sa.Date(), nullable=True))
    _tables()
    op.execute(
        "insert into areas (organisation_id, social_region_id) "
        "select id, social_region_id from organisations where social_region_id is not null"
    )
    op.execute(
        "insert into region_members (municipality_id, social_region_id, valid_from, valid_to) "
        "select id, social_region_id, valid_from, valid_to from municipalities"
    )
    with op.batch_alter_table("organisations") as batch_op:
        batch_op.add_column(sa.Column("office_kind", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("email", sa.String(200), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("deputy_email", sa.String(200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("calendar", sa.String(40), nullable=True))
        batch_op.drop_constraint(
            "fk_organisations_social_region_id_social_regions", type_="foreignkey"
        )
        batch_op.drop_column("social_region_id")
        batch_op.create_check_constraint(op.f("ck_organisations_dates"), LATER)
    op.execute(
        "update organisations set office_kind = case "
        "when exists (select 1 from areas where areas.organisation_id = organisations.id) "
        "then 'social_region' when municipality_id is not null then 'municipality' "
        "else 'other' end where kind = 'office'"
    )
    with op.batch_alter_table("organisations") as batch_op:
        batch_op.alter_column("email", server_default=None)
        batch_op.alter_column("deputy_email", server_default=None)
    with op.batch_alter_table("programs") as batch_op:
        batch_op.create_check_constraint(op.f("ck_programs_dates"), LATER)
        batch_op.create_unique_constraint(op.f("uq_programs_name"), ["name"])
    with op.batch_alter_table("social_regions") as batch_op:
        batch_op.create_check_constraint(op.f("ck_social_regions_dates"), LATER)
    with op.batch_alter_table("municipalities") as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_municipalities_merged_into_id_municipalities"),
            "municipalities",
            ["merged_into_id"],
            ["id"],
        )
        batch_op.drop_index(op.f("ix_municipalities_social_region_id"))
        batch_op.drop_constraint(
            "fk_municipalities_social_region_id_social_regions", type_="foreignkey"
        )
        batch_op.drop_column("social_region_id")
        batch_op.create_check_constraint(op.f("ck_municipalities_dates"), LATER)


def _tables() -> None:
    op.create_table(
        "areas",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("social_region_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_areas_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["social_region_id"],
            ["social_regions.id"],
            name=op.f("fk_areas_social_region_id_social_regions"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "social_region_id", name=op.f("pk_areas")),
    )
    op.create_table(
        "contracts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_contracts_dates")),
        sa.CheckConstraint("places >= 1", name=op.f("ck_contracts_places")),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_contracts_program_id_programs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint(
            "program_id", "valid_from", name=op.f("uq_contracts_program_id_valid_from")
        ),
    )
    op.create_index(op.f("ix_contracts_program_id"), "contracts", ["program_id"])
    op.create_table(
        "former_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipalities.id"],
            name=op.f("fk_former_names_municipality_id_municipalities"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_names")),
        sa.UniqueConstraint(
            "municipality_id", "until", name=op.f("uq_former_names_municipality_id_until")
        ),
    )
    op.create_table(
        "region_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("social_region_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(LATER, name=op.f("ck_region_members_dates")),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipalities.id"],
            name=op.f("fk_region_members_municipality_id_municipalities"),
        ),
        sa.ForeignKeyConstraint(
            ["social_region_id"],
            ["social_regions.id"],
            name=op.f("fk_region_members_social_region_id_social_regions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_members")),
        sa.UniqueConstraint(
            "municipality_id",
            "valid_from",
            name=op.f("uq_region_members_municipality_id_valid_from"),
        ),
    )
    for column in ("municipality_id", "social_region_id"):
        op.create_index(op.f(f"ix_region_members_{column}"), "region_members", [column])
    op.create_index(
        "uq_region_members_open",
        "region_members",
        ["municipality_id"],
        unique=True,
        sqlite_where=sa.text("valid_to is null"),
        postgresql_where=sa.text("valid_to is null"),
    )
    op.create_table(
        "inhabitants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_inhabitants_number")),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipalities.id"],
            name=op.f("fk_inhabitants_municipality_id_municipalities"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inhabitants")),
        sa.UniqueConstraint(
            "municipality_id", "counted_on", name=op.f("uq_inhabitants_municipality_id_counted_on")
        ),
    )


def downgrade() -> None:
    """What an older version cannot keep is lost: contracts, inhabitants, former names, mail and
    calendars of organisations, further areas, all dates, and the roles that are new.
    """
    with op.batch_alter_table("municipalities") as batch_op:
        batch_op.add_column(sa.Column("social_region_id", sa.Integer(), nullable=True))
    # An older version knows one Sozialregion a municipality: the last one, or any where it has none.
    op.execute(
        "update municipalities set social_region_id = coalesce((select social_region_id "
        "from region_members where region_members.municipality_id = municipalities.id "
        "order by valid_to is null desc, valid_to desc limit 1), "
        "(select min(id) from social_regions))"
    )
    with op.batch_alter_table("municipalities") as batch_op:
        batch_op.drop_constraint(op.f("ck_municipalities_dates"), type_="check")
        batch_op.alter_column("social_region_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_foreign_key(
            "fk_municipalities_social_region_id_social_regions",
            "social_regions",
            ["social_region_id"],
            ["id"],
        )
        batch_op.create_index(op.f("ix_municipalities_social_region_id"), ["social_region_id"])
        batch_op.drop_constraint(
            "fk_municipalities_merged_into_id_municipalities", type_="foreignkey"
        )
        batch_op.drop_column("merged_into_id")
    with op.batch_alter_table("programs") as batch_op:
        batch_op.drop_constraint(op.f("uq_programs_name"), type_="unique")
        batch_op.drop_constraint(op.f("ck_programs_dates"), type_="check")
    with op.batch_alter_table("social_regions") as batch_op:
        batch_op.drop_constraint(op.f("ck_social_regions_dates"), type_="check")
    with op.batch_alter_table("organisations") as batch_op:
        batch_op.drop_constraint(op.f("ck_organisations_dates"), type_="check")
        for column in ("office_kind", "email", "deputy_email", "calendar"):
            batch_op.drop_column(column)
        batch_op.add_column(sa.Column("social_region_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            "fk_organisations_social_region_id_social_regions",
            "social_regions",
            ["social_region_id"],
            ["id"],
        )
    op.execute(
        "update organisations set social_region_id = (select min(social_region_id) from areas "
        "where areas.organisation_id = organisations.id) where kind = 'office'"
    )
    # It does not know the steering body; its people keep an organisation of a kind that it knows.
    op.execute("update organisations set kind = 'association' where kind = 'steering'")
    op.execute(
        "delete from memberships where role in ('finance', 'cantonal_office', 'steering_member')"
    )
    for table in ("inhabitants", "region_members", "former_names", "contracts", "areas"):
        op.drop_table(table)
    for table in ("programs", "organisations", "social_regions"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("valid_to")
            batch_op.drop_column("valid_from")
