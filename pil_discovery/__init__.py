"""pil_discovery: find public-interest harm in records and layers, and pack evidence."""
