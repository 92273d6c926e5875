//! Time and memory of a program that is run, as `/proc` tells them.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Linux counts CPU time in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// After this long, a slow command has been repeated often enough.
const WHILE: Duration = Duration::from_secs(10);

/// A command to be measured.
pub struct Meter {
    command: Command,
}

/// What running it took: the shortest wall time, the mean CPU time, the largest memory.
#[derive(Clone, Debug)]
pub struct Measured {
    pub wall: Duration,
    pub cpu: Duration,
    pub peak_kib: u64,
    pub code: Option<i32>,
}

impl Meter {
    pub fn new(program: &str) -> Meter {
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Meter { command }
    }

    pub fn arg(&mut self, argument: &str) -> &mut Meter {
        self.command.arg(argument);
        self
    }

    pub fn threads(&mut self, n_threads: u32) -> &mut Meter {
        self.command.env("RAYON_NUM_THREADS", n_threads.to_string());
        self
    }

    /// Runs it once to warm the caches, and then `times`, or as often as a while allows.
    pub fn best_of(&mut self, times: u32) -> Measured {
        let warm = self.once();
        let (before, began) = (cpu_of_children(), Instant::now());
        let mut best = warm;
        let mut runs = 0;
        while runs < times && (runs == 0 || began.elapsed() < WHILE) {
            runs += 1;
            let next = self.once();
            best.wall = best.wall.min(next.wall);
            best.peak_kib = best.peak_kib.max(next.peak_kib);
            best.code = next.code;
        }
        best.cpu = (cpu_of_children() - before) / runs;
        best
    }

    /// The same, each time behind what is done before and not measured.
    pub fn best_after(&mut self, times: u32, before: impl Fn()) -> Measured {
        let runs: Vec<Measured> = (0..times.max(1))
            .map(|_| {
                before();
                let cpu = cpu_of_children();
                let once = self.once();
                Measured { cpu: cpu_of_children() - cpu, ..once }
            })
            .collect();
        let cpu = runs.iter().map(|run| run.cpu).sum::<Duration>() / times.max(1);
        let best = runs.into_iter().min_by_key(|run| run.wall).expect("it runs once at least");
        Measured { cpu, ..best }
    }

    /// What it prints.
    pub fn output(&mut self) -> String {
        let output = self.command.stdout(Stdio::piped()).stderr(Stdio::inherit()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    fn once(&mut self) -> Measured {
        let began = Instant::now();
        let mut child = self.command.spawn().unwrap();
        let status = format!("/proc/{}/status", child.id());
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                let mut peak = 0;
                while !is_over.load(Ordering::Relaxed) {
                    peak = peak_in(&status).unwrap_or(0).max(peak);
                    thread::sleep(Duration::from_micros(500));
                }
                peak
            });
            let code = child.wait().unwrap().code();
            let wall = began.elapsed();
            is_over.store(true, Ordering::Relaxed);
            Measured { wall, cpu: Duration::ZERO, peak_kib: watcher.join().unwrap(), code }
        })
    }
}

/// The most memory that this process has ever held, in KiB.
pub fn own_peak() -> u64 {
    peak_in("/proc/self/status").unwrap_or(0)
}

fn peak_in(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// The CPU time, user and system, of this process.
pub fn own_cpu() -> Duration {
    cpu([11, 12])
}

/// The same of all children that have ended.
fn cpu_of_children() -> Duration {
    cpu([13, 14])
}

/// The sum of two fields of `/proc/self/stat`, counted from the state of the process.
fn cpu(fields_of_ticks: [usize; 2]) -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold blanks; the fields are counted behind it.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u32>().ok()).unwrap_or(0);
    TICK * fields_of_ticks.into_iter().map(ticks).sum::<u32>()
}

/// In one line, what all this was measured on.
pub fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("");
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = thread::available_parallelism().map_or(1, |n| n.get());
    let load = load.split_whitespace().next().unwrap_or("unknown").to_string();
    format!("{cores} cores ({}), load {load} before", model.trim_start_matches(['\t', ' ', ':']))
}
