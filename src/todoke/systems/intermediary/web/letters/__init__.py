"""Papers that go to a person."""
