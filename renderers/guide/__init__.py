"""Study guides."""
