from django.db import migrations

import reports.models


def pack(apps, schema_editor):
    """One report at a time: each may be large."""
    rows = apps.get_model("reports", "Report").objects.using(schema_editor.connection.alias)
    for pk in rows.exclude(snapshot=None).values_list("pk", flat=True):
        report = rows.get(pk=pk)
        report.packed = report.snapshot
        report.save(update_fields=["packed"])


def unpack(apps, schema_editor):
    rows = apps.get_model("reports", "Report").objects.using(schema_editor.connection.alias)
    for pk in rows.exclude(packed=None).values_list("pk", flat=True):
        report = rows.get(pk=pk)
        report.snapshot = report.packed
        report.save(update_fields=["snapshot"])


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0005_quotes_and_showing"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="packed",
            field=reports.models.PackedJSON(
                help_text="findings as data; every file is rendered from it alone", null=True
            ),
        ),
        migrations.RunPython(pack, unpack),
        migrations.RemoveField(model_name="report", name="snapshot"),
        migrations.RenameField(model_name="report", old_name="packed", new_name="snapshot"),
    ]
