"""An independent program that bills a year: NREL PySAM's Utilityrate5, and what it said."""
