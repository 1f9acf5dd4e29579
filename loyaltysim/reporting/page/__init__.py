"""The report as one page: sections from what lies in a folder, put into templates, with their drawings inside."""
