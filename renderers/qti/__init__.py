"""Items and tests in QTI."""
