"""What a study leaves behind: figures in memory and the files of its folder, each format read and written in one place."""
