//! Generated projects: the committed ones are what is generated today, byte by byte; they build, pass
//! their tests, run, survive being killed, and do what the explorer says.

mod agreement;
mod both;
mod built;
mod constructs;
mod dependencies;
mod engines;
mod golden;
mod killed;
#[path = "../random/orchestration.rs"]
#[expect(dead_code, reason = "it is written otherwise here: many workflows in one specification")]
mod orchestration;
mod predicted;
mod project;
mod reacting;
mod servers;
mod systems;
mod wire;
