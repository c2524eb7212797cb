"""What always holds, each rule a property, and for each the fault that it is there to catch."""
