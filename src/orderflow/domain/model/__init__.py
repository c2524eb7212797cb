"""The types: what the domain is made of, and the rules that each value keeps."""
