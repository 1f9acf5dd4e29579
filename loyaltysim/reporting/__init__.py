"""What is told about results: words, pictures, page and workbook. Reads findings and results, never a running model."""
