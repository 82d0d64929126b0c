"""Places in a text: how they are described, found again, and carried to the next draft. Pure: no Django, no I/O."""
