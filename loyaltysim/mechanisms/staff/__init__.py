"""The people who serve: their skill, mood, managers and leaders."""
