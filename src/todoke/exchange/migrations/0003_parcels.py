"""Messages that wait together travel together: the key and the digest of what travelled."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("exchange", "0002_receivers")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="outboxmessage",
            name="parcel",
            field=models.CharField(db_default="", max_length=200),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="sent_sha256",
            field=models.CharField(db_default="", max_length=64),
        ),
    ]
