print("nndet")
