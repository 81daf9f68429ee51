"""支給判定: the one expression that judges everybody, and what it comes to."""
