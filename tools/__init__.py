"""What writes shipped data and pages of the docs from the declarations; not part of the installed package."""
