"""How SPs get it wrong: careless stand-ins for single checks, each the model of a known hole.

Nothing here runs unless a weakness asks for it (``weaknesses.py``).
"""
