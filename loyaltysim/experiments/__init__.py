"""Studies: many runs on common luck, brought together and kept in a folder. Nothing here draws a picture."""
