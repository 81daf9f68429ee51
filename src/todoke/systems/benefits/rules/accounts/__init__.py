"""口座: which account money may go to."""
