"""Reports are marked with county, town, month and moment: a search narrows inside the index and sorts before it joins.

What stands is written again in chunks, each committed, without the index of words, which is built anew at the end.
Begun anew after a stop, it goes on where chunks are missing.
"""

from django.db import migrations, models

CHUNK = 20_000
MARK = """
    WITH few AS (SELECT matter_id FROM matters_report WHERE told_at IS NULL ORDER BY matter_id LIMIT %s)
    UPDATE matters_report r SET told_at = m.reported_at, words = r.words || array_to_tsvector(ARRAY[
        '@' || left(m.area, 6), '@' || left(m.area, 9),
        to_char(m.reported_at AT TIME ZONE 'Asia/Shanghai', '"@"YYYY-MM')])
    FROM few JOIN matters_matter m ON m.id = few.matter_id WHERE r.matter_id = few.matter_id"""
BARE = "CREATE INDEX report_bare ON matters_report (matter_id) WHERE told_at IS NULL"


def mark(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS report_words, report_bare")
        cursor.execute(BARE)
        while True:
            cursor.execute(MARK, [CHUNK])
            if not cursor.rowcount:
                break
        cursor.execute("DROP INDEX report_bare")
        cursor.execute("CREATE INDEX report_words ON matters_report USING gin (words)")
        cursor.execute("ANALYZE matters_report")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("matters", "0005_arrivals"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="report", name="told_at", field=models.DateTimeField(null=True)
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE matters_report ADD COLUMN IF NOT EXISTS told_at timestamptz",
                    "ALTER TABLE matters_report DROP COLUMN told_at",
                ),
            ],
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AlterField(model_name="report", name="told_at", field=models.DateTimeField()),
    ]
