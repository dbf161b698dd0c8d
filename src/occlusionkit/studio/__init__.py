"""The embedded world: people, motions, rooms, lights and cameras, renderers, and a server that speaks UnrealCV."""
