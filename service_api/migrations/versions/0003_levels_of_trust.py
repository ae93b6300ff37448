"""When a code last proved who writes: what a signed-in page alone must not open asks for it.

Nobody is proved by the upgrade: a running proof is asked for once more.
"""

import sqlalchemy as sa
from alembic import op

import service_api.core.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "conversations", sa.Column("code_proved_at", service_api.core.database.UtcDateTime(), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("conversations", "code_proved_at")
