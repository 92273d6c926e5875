//! The program: `wfc::cli` does everything.

fn main() {}
