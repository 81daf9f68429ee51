"""The three deployable sites (city, platform, national): settings, database server, wiring."""
