"""適合性試験: plays the other parties against somebody's server and says which rules it keeps (docs/conformance.md)."""
