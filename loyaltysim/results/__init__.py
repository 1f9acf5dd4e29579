"""What a study leaves behind: figures in memory and the files of its folder, each format in one place."""
