"""Four encoder layers of a transformer on film reviews, three times."""
