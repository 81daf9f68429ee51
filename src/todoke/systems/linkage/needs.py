"""統合番号連携システム calls no other system of the city; it talks to other realms by messages only."""
