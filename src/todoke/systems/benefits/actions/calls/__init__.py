"""電話の応対: opened, the caller's answers compared, what was said, and calls back."""
