"""A table that the next migration, made by makemigrations, changes in every way."""
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel("Tag", [("id", models.AutoField(primary_key=True)),
                                       ("name", models.CharField(max_length=20)),
                                       ("gone", models.IntegerField(default=3))]),
        migrations.RunSQL("CREATE VIEW tag_names AS SELECT name FROM store_tag", "DROP VIEW IF EXISTS tag_names"),
        migrations.RunSQL("DROP VIEW tag_names", migrations.RunSQL.noop)]
