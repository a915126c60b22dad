"""What all history says, as of the newest day: who is who, who is worth what, what goes together.

Every mart is one statement over published tables, its ``.sql`` file; each is replaced whole.
"""
