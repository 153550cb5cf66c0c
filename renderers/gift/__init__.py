"""Question banks as GIFT text."""
