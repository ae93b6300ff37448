"""Rules as versions, articles of the desk, ready texts, ratings, files, call-backs, drafts, systemic issues."""

import sqlalchemy as sa
from alembic import op

import service_api.core.database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


Change = tuple[str, str | None, str | None]  # the constraint's name, its text before and after


def _checks(table: str, changes: list[Change]) -> None:
    with op.batch_alter_table(table) as batch:
        for name, before, after in changes:
            if before is not None:
                batch.drop_constraint(op.f(name), type_="check")
            if after is not None:
                batch.create_check_constraint(op.f(name), sa.text(after))


def upgrade() -> None:
    op.create_table(
        "article_catalogue",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.Column("files_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_article_catalogue_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_catalogue")),
    )
    op.create_table(
        "article_counts",
        sa.Column("article_id", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "event IN ('shown', 'suggested', 'clicked', 'helpful', 'unhelpful', 'led_to_person')",
            name=op.f("ck_article_counts_event"),
        ),
        sa.PrimaryKeyConstraint("article_id", "day", "event", name=op.f("pk_article_counts")),
    )
    with op.batch_alter_table("article_counts", schema=None) as batch_op:
        batch_op.create_index("ix_article_counts_day", ["day"], unique=False)

    op.create_table(
        "article_hand_over_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hand_over_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_article_hand_over_mark_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_hand_over_mark")),
    )
    op.create_table(
        "article_showings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("shown_question", sa.Text(), nullable=False),
        sa.Column("answer_key", sa.String(length=64), nullable=True),
        sa.Column("at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("led_to_person", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('answer', 'suggestion')", name=op.f("ck_article_showings_kind")),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict IN ('helpful', 'unhelpful')", name=op.f("ck_article_showings_verdict")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_showings")),
    )
    with op.batch_alter_table("article_showings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_showings_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_showings_at"), ["at"], unique=False)
        batch_op.create_index("ix_article_showings_talk", ["conversation_id", "id"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("entries >= 0", name=op.f("ck_audit_head_entries")),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "ready_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("shortcut", sa.String(length=32), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('reply', 'macro')", name=op.f("ck_ready_texts_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ready_texts")),
        sa.UniqueConstraint("kind", "shortcut", name=op.f("uq_ready_texts_kind_shortcut")),
    )
    op.create_table(
        "agent_presences",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("seen_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('online', 'away', 'offline')", name=op.f("ck_agent_presences_status")),
        sa.CheckConstraint("capacity BETWEEN 0 AND 50", name=op.f("ck_agent_presences_capacity")),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_members.id"],
            name=op.f("fk_agent_presences_staff_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_agent_presences")),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("question_zh", sa.Text(), nullable=False),
        sa.Column("question_en", sa.Text(), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("published_number", sa.Integer(), nullable=True),
        sa.Column("open_number", sa.Integer(), nullable=True),
        sa.Column("open_state", sa.String(length=16), nullable=True),
        sa.Column("offered_number", sa.Integer(), nullable=True),
        sa.Column("retired_at", service_api.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("retired_by", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "open_state IS NULL OR open_state IN ('draft', 'review')", name=op.f("ck_articles_open_state")
        ),
        sa.CheckConstraint(
            "(open_number IS NULL) = (open_state IS NULL)", name=op.f("ck_articles_open_has_state")
        ),
        sa.CheckConstraint(
            "published_number IS NOT NULL OR retired_at IS NULL",
            name=op.f("ck_articles_retired_was_published"),
        ),
        sa.ForeignKeyConstraint(
            ["retired_by"],
            ["staff_members.id"],
            name=op.f("fk_articles_retired_by_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_articles_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_topic"), ["topic"], unique=False)

    op.create_table(
        "ready_text_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["staff_members.id"],
            name=op.f("fk_ready_text_versions_by_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["text_id"],
            ["ready_texts.id"],
            name=op.f("fk_ready_text_versions_text_id_ready_texts"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ready_text_versions")),
        sa.UniqueConstraint("text_id", "version", name=op.f("uq_ready_text_versions_text_id_version")),
    )
    op.create_table(
        "rule_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("effective_from", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("applies_to_open", sa.Boolean(), nullable=False),
        sa.Column("applied_at", service_api.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('ladder', 'targets')", name=op.f("ck_rule_versions_kind")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_rule_versions_reason")),
        sa.CheckConstraint("applied_at IS NULL OR applies_to_open", name=op.f("ck_rule_versions_applied")),
        sa.CheckConstraint("number > 0", name=op.f("ck_rule_versions_number")),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["staff_members.id"],
            name=op.f("fk_rule_versions_made_by_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_versions")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_rule_versions_kind_number")),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("saved_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["staff_members.id"],
            name=op.f("fk_saved_views_owner_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.create_index("ix_saved_views_owner", ["owner_id", "name"], unique=True)

    op.create_table(
        "staff_identities",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_members.id"],
            name=op.f("fk_staff_identities_staff_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_staff_identities")),
    )
    with op.batch_alter_table("staff_identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_identities_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "staff_second_factors",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.String(length=255), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", service_api.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_members.id"],
            name=op.f("fk_staff_second_factors_staff_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_second_factors")),
    )
    op.create_table(
        "staff_sign_in_attempts",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("code_verifier", sa.String(length=128), nullable=False),
        sa.Column("next_path", sa.String(length=300), nullable=False),
        sa.Column("expires_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_members.id"],
            name=op.f("fk_staff_sign_in_attempts_staff_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sign_in_attempts")),
    )
    with op.batch_alter_table("staff_sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_staff_sign_in_attempts_expires_at", ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_sign_in_attempts_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "systemic_issues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("opened_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("acted_at", service_api.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", service_api.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(stage = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_systemic_issues_closed_at")
        ),
        sa.CheckConstraint("stage <> 'closed' OR outcome <> ''", name=op.f("ck_systemic_issues_outcome")),
        sa.CheckConstraint(
            "stage IN ('open', 'acting', 'verifying', 'closed')", name=op.f("ck_systemic_issues_stage")
        ),
        sa.CheckConstraint(
            "stage NOT IN ('acting', 'verifying') OR (action <> '' AND due_on IS NOT NULL)",
            name=op.f("ck_systemic_issues_action"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["staff_members.id"],
            name=op.f("fk_systemic_issues_owner_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_systemic_issues")),
    )
    with op.batch_alter_table("systemic_issues", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_systemic_issues_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_systemic_issues_stage", ["stage", "due_on"], unique=False)

    op.create_table(
        "article_versions",
        sa.Column("article_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("editors", sa.JSON(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("created_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", service_api.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_at", service_api.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state = 'published') = (starts_on IS NOT NULL)",
            name=op.f("ck_article_versions_published_has_start"),
        ),
        sa.CheckConstraint("origin IN ('desk', 'file', 'phrasing')", name=op.f("ck_article_versions_origin")),
        sa.CheckConstraint(
            "state <> 'published' OR origin <> 'desk' OR reviewed_by IS NOT NULL",
            name=op.f("ck_article_versions_reviewed_before_use"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'review', 'published', 'offered', 'discarded')",
            name=op.f("ck_article_versions_state"),
        ),
        sa.CheckConstraint(
            "reviewed_by IS NULL OR reviewed_by <> author_id", name=op.f("ck_article_versions_four_eyes")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_article_versions_article_id_articles"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["staff_members.id"],
            name=op.f("fk_article_versions_author_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"],
            ["staff_members.id"],
            name=op.f("fk_article_versions_reviewed_by_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("article_id", "number", name=op.f("pk_article_versions")),
    )
    op.create_table(
        "callback_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("wanted", sa.String(length=200), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        sa.Column("requested_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_at", service_api.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('reached', 'not_reached', 'not_needed')", name=op.f("ck_callback_requests_outcome")
        ),
        sa.CheckConstraint(
            "(done_at IS NULL) = (outcome IS NULL)", name=op.f("ck_callback_requests_done_has_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_callback_requests_conversation_id_conversations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_callback_requests_customer_id_customers"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["done_by"],
            ["staff_members.id"],
            name=op.f("fk_callback_requests_done_by_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_requests")),
    )
    with op.batch_alter_table("callback_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callback_requests_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(
            "ix_callback_requests_queue",
            ["wanted_on", "requested_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
        batch_op.create_index(
            "uq_callback_requests_open",
            ["conversation_id"],
            unique=True,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "chat_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_chat_files_size")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_chat_files_conversation_id_conversations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_files")),
        sa.UniqueConstraint("conversation_id", "seq", name=op.f("uq_chat_files_conversation_id_seq")),
    )
    op.create_table(
        "complaint_drafts",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("began_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_complaint_drafts_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_complaint_drafts_customer_id_customers"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_complaint_drafts")),
    )
    with op.batch_alter_table("complaint_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complaint_drafts_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_drafts_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "conversation_looks",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("read_seq", sa.Integer(), nullable=False),
        sa.Column("seen_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("typing_until", service_api.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_looks_conversation_id_conversations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_members.id"],
            name=op.f("fk_conversation_looks_staff_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "staff_id", name=op.f("pk_conversation_looks")),
    )
    op.create_table(
        "conversation_notes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("after_seq", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["staff_members.id"],
            name=op.f("fk_conversation_notes_by_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_notes_conversation_id_conversations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_notes")),
    )
    with op.batch_alter_table("conversation_notes", schema=None) as batch_op:
        batch_op.create_index("ix_conversation_notes_place", ["conversation_id", "id"], unique=False)

    op.create_table(
        "conversation_ratings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("rated_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_conversation_ratings_score")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_ratings_conversation_id_conversations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_members.id"],
            name=op.f("fk_conversation_ratings_staff_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_ratings")),
        sa.UniqueConstraint(
            "conversation_id", "episode", name=op.f("uq_conversation_ratings_conversation_id_episode")
        ),
    )
    with op.batch_alter_table("conversation_ratings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_ratings_rated_at"), ["rated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversation_ratings_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "conversation_tags",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["staff_members.id"],
            name=op.f("fk_conversation_tags_by_id_staff_members"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_tags_conversation_id_conversations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "tag", name=op.f("pk_conversation_tags")),
    )
    with op.batch_alter_table("conversation_tags", schema=None) as batch_op:
        batch_op.create_index("ix_conversation_tags_tag", ["tag"], unique=False)

    op.create_table(
        "visitor_signs",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("seen_seq", sa.Integer(), nullable=False),
        sa.Column("seen_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("typing_until", service_api.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_visitor_signs_conversation_id_conversations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_visitor_signs")),
    )
    op.create_table(
        "systemic_issue_complaints",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", service_api.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints.id"],
            name=op.f("fk_systemic_issue_complaints_complaint_id_complaints"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["systemic_issues.id"],
            name=op.f("fk_systemic_issue_complaints_issue_id_systemic_issues"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_systemic_issue_complaints")),
    )
    with op.batch_alter_table("systemic_issue_complaints", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_systemic_issue_complaints_issue_id"), ["issue_id"], unique=False)

    with op.batch_alter_table("complaint_clocks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("targets_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("ladder_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_complaint_clocks_ladder_id_rule_versions"),
            "rule_versions",
            ["ladder_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_complaint_clocks_targets_id_rule_versions"),
            "rule_versions",
            ["targets_id"],
            ["id"],
            ondelete="RESTRICT",
        )

    with op.batch_alter_table("complaint_hand_overs", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("first_contact", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("complaints", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("answered_late", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("team", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("meant_for_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("unanswered_since", service_api.core.database.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_conversations_meant_for_id_staff_members"),
            "staff_members",
            ["meant_for_id"],
            ["id"],
            ondelete="RESTRICT",
        )

    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ladder_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_escalations_ladder_id_rule_versions"),
            "rule_versions",
            ["ladder_id"],
            ["id"],
            ondelete="RESTRICT",
        )

    with op.batch_alter_table("hand_overs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("settled", sa.String(length=500), nullable=False, server_default=""))

    with op.batch_alter_table("unanswered_questions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("settled_as", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("settled_article", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("settled_by", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("settled_at", service_api.core.database.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.alter_column(
            "nearest_article",
            existing_type=sa.VARCHAR(length=64),
            type_=sa.String(length=80),
            existing_nullable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_unanswered_questions_settled_by_staff_members"),
            "staff_members",
            ["settled_by"],
            ["id"],
            ondelete="RESTRICT",
        )

    _checks(
        "complaint_clock_events",
        [
            (
                "ck_complaint_clock_events_change",
                "change IN ('start', 'pause', 'resume', 'extend', 'lengthen', 'recount', 'breach', 'stop')",
                "change IN ('start', 'pause', 'resume', 'extend', 'lengthen', 'recount', 'retarget', 'breach', 'stop')",
            )
        ],
    )
    _checks(
        "hand_overs",
        [
            (
                "ck_hand_overs_reason",
                "reason IN ('requested', 'failures', 'abuse', 'distress', 'loss_or_fraud', 'assistant_down', 'agent_steps_in')",
                "reason IN ('requested', 'failures', 'abuse', 'distress', 'loss_or_fraud', 'legal', 'vip', 'assistant_down', 'agent_steps_in', 'transferred', 'agent_left')",
            )
        ],
    )
    _checks(
        "inbox_items",
        [
            (
                "ck_inbox_items_kind",
                "kind IN ('escalation', 'digest', 'filed', 'assigned', 'hand_over', 'mention', 'letter', 'calendar')",
                "kind IN ('escalation', 'digest', 'filed', 'assigned', 'hand_over', 'mention', 'letter', 'calendar', 'waiting', 'transfer', 'improvement')",
            )
        ],
    )
    _checks(
        "unanswered_questions",
        [
            (
                "ck_unanswered_questions_settled_as",
                None,
                "settled_as IS NULL OR settled_as IN ('phrasing', 'draft', 'dismissed')",
            )
        ],
    )

    # The log that is there already gets the head that new entries keep.
    op.execute(
        "INSERT INTO audit_head (id, entries, last_hash) SELECT 1, "
        "(SELECT count(*) FROM audit_entries), hash FROM audit_entries ORDER BY id DESC LIMIT 1"
    )
    sqlite = (
        "CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
        "CREATE TRIGGER audit_head_moves_on BEFORE UPDATE ON audit_head WHEN NEW.entries <= OLD.entries BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    )
    postgresql = (
        "CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
        "CREATE TRIGGER audit_head_moves_on BEFORE UPDATE ON audit_head FOR EACH ROW WHEN (NEW.entries <= OLD.entries) EXECUTE FUNCTION audit_is_append_only()",
        "CREATE TRIGGER audit_head_refuses_truncate BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    )
    for statement in sqlite if op.get_bind().dialect.name == "sqlite" else postgresql:
        op.execute(statement)


def downgrade() -> None:
    _checks(
        "complaint_clock_events",
        [
            (
                "ck_complaint_clock_events_change",
                "change IN ('start', 'pause', 'resume', 'extend', 'lengthen', 'recount', 'retarget', 'breach', 'stop')",
                "change IN ('start', 'pause', 'resume', 'extend', 'lengthen', 'recount', 'breach', 'stop')",
            )
        ],
    )
    _checks(
        "hand_overs",
        [
            (
                "ck_hand_overs_reason",
                "reason IN ('requested', 'failures', 'abuse', 'distress', 'loss_or_fraud', 'legal', 'vip', 'assistant_down', 'agent_steps_in', 'transferred', 'agent_left')",
                "reason IN ('requested', 'failures', 'abuse', 'distress', 'loss_or_fraud', 'assistant_down', 'agent_steps_in')",
            )
        ],
    )
    _checks(
        "inbox_items",
        [
            (
                "ck_inbox_items_kind",
                "kind IN ('escalation', 'digest', 'filed', 'assigned', 'hand_over', 'mention', 'letter', 'calendar', 'waiting', 'transfer', 'improvement')",
                "kind IN ('escalation', 'digest', 'filed', 'assigned', 'hand_over', 'mention', 'letter', 'calendar')",
            )
        ],
    )
    _checks(
        "unanswered_questions",
        [
            (
                "ck_unanswered_questions_settled_as",
                "settled_as IS NULL OR settled_as IN ('phrasing', 'draft', 'dismissed')",
                None,
            )
        ],
    )
    with op.batch_alter_table("unanswered_questions", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_unanswered_questions_settled_by_staff_members"), type_="foreignkey"
        )
        batch_op.alter_column(
            "nearest_article",
            existing_type=sa.String(length=80),
            type_=sa.VARCHAR(length=64),
            existing_nullable=True,
        )
        batch_op.drop_column("settled_at")
        batch_op.drop_column("settled_by")
        batch_op.drop_column("settled_article")
        batch_op.drop_column("settled_as")

    with op.batch_alter_table("hand_overs", schema=None) as batch_op:
        batch_op.drop_column("settled")

    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_escalations_ladder_id_rule_versions"), type_="foreignkey")
        batch_op.drop_column("ladder_id")

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_conversations_meant_for_id_staff_members"), type_="foreignkey"
        )
        batch_op.drop_column("unanswered_since")
        batch_op.drop_column("meant_for_id")
        batch_op.drop_column("team")

    with op.batch_alter_table("complaints", schema=None) as batch_op:
        batch_op.drop_column("answered_late")

    with op.batch_alter_table("complaint_hand_overs", schema=None) as batch_op:
        batch_op.drop_column("first_contact")

    with op.batch_alter_table("complaint_clocks", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_complaint_clocks_targets_id_rule_versions"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_complaint_clocks_ladder_id_rule_versions"), type_="foreignkey"
        )
        batch_op.drop_column("ladder_id")
        batch_op.drop_column("targets_id")

    with op.batch_alter_table("systemic_issue_complaints", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_systemic_issue_complaints_issue_id"))

    op.drop_table("systemic_issue_complaints")
    op.drop_table("visitor_signs")
    with op.batch_alter_table("conversation_tags", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_tags_tag")

    op.drop_table("conversation_tags")
    with op.batch_alter_table("conversation_ratings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_ratings_staff_id"))
        batch_op.drop_index(batch_op.f("ix_conversation_ratings_rated_at"))

    op.drop_table("conversation_ratings")
    with op.batch_alter_table("conversation_notes", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_notes_place")

    op.drop_table("conversation_notes")
    op.drop_table("conversation_looks")
    with op.batch_alter_table("complaint_drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_complaint_drafts_customer_id"))
        batch_op.drop_index(batch_op.f("ix_complaint_drafts_changed_at"))

    op.drop_table("complaint_drafts")
    op.drop_table("chat_files")
    with op.batch_alter_table("callback_requests", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_callback_requests_open",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_callback_requests_queue",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_callback_requests_customer_id"))

    op.drop_table("callback_requests")
    op.drop_table("article_versions")
    with op.batch_alter_table("systemic_issues", schema=None) as batch_op:
        batch_op.drop_index("ix_systemic_issues_stage")
        batch_op.drop_index(batch_op.f("ix_systemic_issues_owner_id"))

    op.drop_table("systemic_issues")
    with op.batch_alter_table("staff_sign_in_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_sign_in_attempts_staff_id"))
        batch_op.drop_index("ix_staff_sign_in_attempts_expires_at")

    op.drop_table("staff_sign_in_attempts")
    op.drop_table("staff_second_factors")
    with op.batch_alter_table("staff_identities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_identities_staff_id"))

    op.drop_table("staff_identities")
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.drop_index("ix_saved_views_owner")

    op.drop_table("saved_views")
    op.drop_table("rule_versions")
    op.drop_table("ready_text_versions")
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_articles_topic"))
        batch_op.drop_index(batch_op.f("ix_articles_changed_at"))

    op.drop_table("articles")
    op.drop_table("agent_presences")
    op.drop_table("ready_texts")
    op.drop_table("audit_head")
    with op.batch_alter_table("article_showings", schema=None) as batch_op:
        batch_op.drop_index("ix_article_showings_talk")
        batch_op.drop_index(batch_op.f("ix_article_showings_at"))
        batch_op.drop_index(batch_op.f("ix_article_showings_article_id"))

    op.drop_table("article_showings")
    op.drop_table("article_hand_over_mark")
    with op.batch_alter_table("article_counts", schema=None) as batch_op:
        batch_op.drop_index("ix_article_counts_day")

    op.drop_table("article_counts")
    op.drop_table("article_catalogue")
