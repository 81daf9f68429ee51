"""Pure law of the register: what a change may be, and what follows from it for households."""
