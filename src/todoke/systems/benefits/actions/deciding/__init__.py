"""支給判定: from the question to the numbered case."""
