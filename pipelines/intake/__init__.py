"""From a folder of files to typed rows: register, read, recognise, clean. Judges nothing but cell formats."""
