"""What fits the window of the envelope: three lines of address, two of the name, in characters."""

from typing import Final

ADDRESS_LENGTH: Final = 72
NAME_LENGTH: Final = 32
