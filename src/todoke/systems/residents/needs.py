"""住民記録システム calls no other system."""
