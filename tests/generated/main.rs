//! Generated projects: the committed ones are what is generated today, byte by byte.

mod golden;
