//! The `wfc` program; everything it does lives in the library.

use std::process::ExitCode;

// Reading and exploring make many small, short-lived pieces; the system's allocator takes a fifth of
// the time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    wfc::cli::main()
}
