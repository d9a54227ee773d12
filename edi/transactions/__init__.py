"""What the loops of each transaction set mean: records to segments and back."""
