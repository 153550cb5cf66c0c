"""From a question and a seed to a closed item, and from items to an exam."""
