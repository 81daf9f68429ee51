"""発送物: who gets which letter, what stands on it, and what comes back."""
