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
#[path = "../equivalence/outcomes.rs"]
#[expect(dead_code, reason = "steps are known otherwise here")]
mod outcomes;
mod predicted;
mod project;
mod reacting;
#[path = "../random/saga.rs"]
mod saga;
mod servers;
mod styles;
mod systems;
mod wire;
