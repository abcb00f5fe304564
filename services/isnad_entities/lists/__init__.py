"""What isnad knows of names and words before it reads: the data files, and look-ups over them."""
