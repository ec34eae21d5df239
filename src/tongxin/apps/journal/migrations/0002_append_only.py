"""Entries and seals are append-only: the database itself refuses to change them or take them back."""

from django.db import migrations

# Django empties the tables of a test database between tests, and only there: the name is no setting a session can make.
_REFUSE = """
CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""
_GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only;
"""
_TABLES = ("journal_entry", "journal_seal")


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_the_journal")]
    operations = [
        migrations.RunSQL(_REFUSE, "DROP FUNCTION journal_refuse()"),
        *(migrations.RunSQL(_GUARD.format(table=table), f"DROP TRIGGER append_only ON {table}") for table in _TABLES),
    ]
