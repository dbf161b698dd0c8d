"""The client side of UnrealCV: poses people, places cameras, and takes what they see into shards."""
