"""What the readings store is made of: manifest tables, segment files, engine, batches, roll-up expression."""
