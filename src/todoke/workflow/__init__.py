"""States and transitions as tables, held by the database too."""
