"""By what people are told outside: one file a medium, each an adapter to an outside part."""
