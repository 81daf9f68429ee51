"""The part of the resident register that this duty uses (住民記録システム)."""
