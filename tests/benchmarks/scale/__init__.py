"""How the system grows: what a document costs the servers, and what more processes make of a set of documents."""
