//! The system as a whole: its events, and what its workflows are made of, for whoever keeps track of them.

{{ imports }}

/// Every event, by its name and version.
{{ events }}

/// What is expected in a run.
{{ plans }}
