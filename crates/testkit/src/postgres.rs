//! A throw-away PostgreSQL server.
