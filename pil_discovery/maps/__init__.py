"""Drawing of plates and maps to PNG bytes."""
