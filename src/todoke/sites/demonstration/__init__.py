"""見本の実行: the whole main job with an invented city, three realms as processes; and how fast it goes."""
