"""データベース: the embedded server, the databases of an instance, their owners, migrations and upgrades."""
