"""A small GPT on characters, three times."""
