"""支給管理: where cases stand, how they are numbered and counted."""
