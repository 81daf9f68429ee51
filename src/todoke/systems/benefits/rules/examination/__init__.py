"""審査と承認: what is found, concluded and approved."""
