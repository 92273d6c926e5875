//! Generated projects: the committed ones are what is generated today, byte by byte; they build, pass
//! their tests, run, and survive being killed.

mod built;
mod dependencies;
mod engines;
mod golden;
mod killed;
mod project;
mod servers;
