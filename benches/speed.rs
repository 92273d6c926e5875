//! How fast wfc is and how much memory it needs, beside what is wanted: `cargo bench`.
//!
//! Makes its own inputs, runs the real program on them, and prints a table for
//! `docs/performance.md`. It measures and never judges: a busy machine fails nothing. `--quick`
//! takes a twentieth of everything, to see that it works.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints what it measured")]

#[path = "speed/inputs.rs"]
mod inputs;
#[path = "speed/meter.rs"]
mod meter;

use meter::{Measured, Meter};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use wfc::source::FileId;

// Parsing is measured with the allocator that wfc has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WFC: &str = env!("CARGO_BIN_EXE_wfc");

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, path] = &arguments[..]
        && command == "--parse"
    {
        return parse_once(path);
    }
    let is_quick = arguments.iter().any(|argument| argument == "--quick");
    let folder = tempfile::tempdir().unwrap();
    println!("{}{}\n", meter::machine(), if is_quick { "; a twentieth of everything" } else { "" });
    println!("| what | wanted | measured |\n| --- | --- | --- |");
    let size = if is_quick { Size { divisor: 20, times: 3 } } else { Size { divisor: 1, times: 20 } };
    start(&size);
    one_file(&size, folder.path());
    many_files(&size, folder.path());
    code_scanning(&size, folder.path());
    versions(&size, folder.path());
    long_workflow(&size, folder.path());
    wide_parallel(&size, folder.path());
    pictures(&size, folder.path());
    workspace(&size, folder.path());
    coupling(&size, folder.path());
    parsing(&size, folder.path());
}

/// How much is measured, and how often the short things are repeated.
struct Size {
    divisor: usize,
    times: u32,
}

fn row(what: &str, wanted: &str, measured: &str) {
    println!("| {what} | {wanted} | {measured} |");
}

fn start(size: &Size) {
    let measured = Meter::new(WFC).arg("--version").best_of(size.times);
    row("`wfc --version`", "≤ 4 ms", &shown(&measured));
}

fn one_file(size: &Size, folder: &Path) {
    let file = folder.join("one.wfc");
    fs::write(&file, inputs::system(1)).unwrap();
    let measured = check(&file).best_of(size.times);
    let bytes = fs::metadata(&file).unwrap().len();
    row(&format!("`wfc check` of one file, {:.1} KB", bytes as f64 / 1e3), "≤ 6 ms", &shown(&measured));
}

fn many_files(size: &Size, folder: &Path) {
    let n_files = 10_000 / size.divisor;
    let (few, many) = (folder.join("few"), folder.join("many"));
    inputs::write_systems(&few, n_files / 10);
    let bytes = inputs::write_systems(&many, n_files);
    let what = format!("`wfc check` of {n_files} files, {:.0} MB", bytes as f64 / 1e6);
    let times = (size.times / 5).max(2);
    let alone = check(&many).threads(1).best_of(times);
    let pair = check(&many).threads(2).best_of(times);
    row(&format!("{what}, two threads"), "≤ 1.0 s, ≤ 300 MB", &with_memory(&pair));
    row(&format!("{what}, one thread"), "", &with_memory(&alone));
    row("two threads against one, that", "1.7 ×", &format!("{:.2} ×", ratio(alone.wall, pair.wall)));
    let tenth = check(&few).threads(1).best_of(times);
    row("ten times the files take", "10 ×", &format!("{:.1} ×", ratio(alone.wall, tenth.wall)));
}

/// A report beside the run, where there is nothing to report and where every second file has something.
fn code_scanning(size: &Size, folder: &Path) {
    let n_files = 10_000 / size.divisor;
    let (clean, careless) = (folder.join("clean"), folder.join("careless"));
    inputs::write_systems(&clean, n_files);
    inputs::write_careless_systems(&careless, n_files);
    let report = format!("sarif={}", folder.join("wfc.sarif").display());
    for (what, systems) in [("without a finding", &clean), ("half of them with findings", &careless)] {
        let times = (size.times / 5).max(2);
        let cpu = |more: &[&str]| {
            let mut meter = check(systems);
            meter.arg("--format").arg("concise");
            more.iter().for_each(|it| {
                meter.arg(it);
            });
            meter.best_of(times).cpu
        };
        let (alone, with) = (cpu(&[]), cpu(&["--report", &report]));
        let said = format!("{:.2} × the CPU time", ratio(with, alone));
        row(&format!("SARIF beside it, {n_files} files {what}"), "< 1.1 ×", &said);
    }
}

/// Two versions of a thousand workflows, two to a system; and the same in one single system.
fn versions(size: &Size, folder: &Path) {
    let n_systems = 500 / size.divisor;
    let old = folder.join("versions/old");
    inputs::write_systems(&old, n_systems);
    let times = (size.times / 5).max(2);
    let n_workflows = 2 * n_systems;
    for (each, which) in [(10, "every tenth changed"), (1, "all changed")] {
        let new = folder.join(format!("versions/new{each}"));
        inputs::write_later_systems(&new, n_systems, each);
        let measured = diff(&old, &new).threads(1).best_of(times);
        let what = format!("`wfc diff` of {n_workflows} workflows in {n_systems} systems, {which}");
        row(&what, "≤ 1.0 s", &with_memory(&measured));
    }
    let whole = |of: &dyn Fn(usize) -> String| (0..n_systems).map(of).collect::<Vec<_>>().join("\n");
    let (one, other) = (folder.join("versions/one.wfc"), folder.join("versions/other.wfc"));
    fs::write(&one, whole(&inputs::system)).unwrap();
    for (each, which) in [(10, "every tenth changed"), (1, "all changed")] {
        let text = |number: usize| match number.is_multiple_of(each) {
            true => inputs::later(number),
            false => inputs::system(number),
        };
        fs::write(&other, whole(&text)).unwrap();
        let measured = diff(&one, &other).threads(1).best_of(times);
        let what = format!("`wfc diff` of {n_workflows} workflows in one system, {which}");
        row(&what, "≤ 1.0 s", &with_memory(&measured));
    }
}

fn diff(old: &Path, new: &Path) -> Meter {
    let mut meter = Meter::new(WFC);
    meter.arg("diff").arg(old.to_str().unwrap()).arg(new.to_str().unwrap()).arg("--exit-zero");
    meter
}

fn long_workflow(size: &Size, folder: &Path) {
    let n_steps = (1_000 / size.divisor).max(100);
    let mut walls = Vec::new();
    for n_steps in [n_steps / 4, n_steps] {
        let file = folder.join(format!("long-{n_steps}.wfc"));
        fs::write(&file, inputs::long_workflow(n_steps)).unwrap();
        let measured = check(&file).best_of(size.times);
        row(
            &format!("`wfc check` of one workflow, {n_steps} steps"),
            "≤ 100 ms at 1000",
            &with_memory(&measured),
        );
        walls.push(measured.wall);
        let drawn = Meter::new(WFC).arg("graph").arg(file.to_str().unwrap()).best_of(size.times);
        row(&format!("`wfc graph` of it, {n_steps} steps"), "", &with_memory(&drawn));
    }
    row("four times the steps take", "4 ×", &format!("{:.1} ×", ratio(walls[1], walls[0])));
}

/// A picture of one workflow with about so many boxes, beside what Graphviz takes for the same one.
fn pictures(size: &Size, folder: &Path) {
    let has_dot = std::process::Command::new("dot").arg("-V").output().is_ok();
    for n_nodes in [50, 500, 2_000] {
        let (text, svg) = (folder.join(format!("picture-{n_nodes}.wfc")), folder.join("picture.svg"));
        fs::write(&text, inputs::long_workflow(n_nodes * 2 / 3)).unwrap();
        let graph = |output: &Path| {
            let mut meter = Meter::new(WFC);
            meter.arg("graph").arg(text.to_str().unwrap()).arg("--split").arg("0").arg("--no-findings");
            meter.arg("-o").arg(output.to_str().unwrap());
            meter
        };
        let drawn = graph(&svg).best_of((size.times / 4).max(2));
        row(&format!("`wfc graph` to SVG, {n_nodes} boxes"), "faster than `dot`", &with_memory(&drawn));
        let dot = folder.join("picture.dot");
        graph(&dot).best_of(1);
        if !has_dot {
            row("`dot -Tsvg` of the same", "", "not installed");
            continue;
        }
        let mut meter = Meter::new("dot");
        meter.arg("-Tsvg").arg(dot.to_str().unwrap()).arg("-o").arg(svg.to_str().unwrap());
        row("`dot -Tsvg` of the same", "", &with_memory(&meter.best_of(2)));
    }
}

/// A new project, and the same one again.
fn workspace(size: &Size, folder: &Path) {
    let n_services = (50 / size.divisor).max(5);
    let (text, out) = (folder.join("services.wfc"), folder.join("workspace"));
    fs::write(&text, inputs::services(n_services)).unwrap();
    let mut meter = Meter::new(WFC);
    meter.arg("gen").arg(text.to_str().unwrap()).arg("--out").arg(out.to_str().unwrap());
    let fresh = meter.best_after(size.times.min(10), || drop(fs::remove_dir_all(&out)));
    row(&format!("`wfc gen` of a workspace for {n_services} services"), "≤ 100 ms", &with_memory(&fresh));
    row("the same again, with nothing to change", "", &with_memory(&meter.best_of(size.times.min(10))));
}

fn wide_parallel(size: &Size, folder: &Path) {
    for n_branches in [2, 17] {
        let file = folder.join(format!("wide-{n_branches}.wfc"));
        fs::write(&file, inputs::wide_parallel(n_branches)).unwrap();
        let measured = check(&file).best_of(size.times);
        row(
            &format!("`wfc check` of {n_branches} parallel branches"),
            "tens of states",
            &with_memory(&measured),
        );
    }
}

/// Numbers and advice: of a thousand workflows in one file, which is one system, and in files of their own.
fn coupling(size: &Size, folder: &Path) {
    let n_files = 500 / size.divisor;
    let (one, many) = (folder.join("coupled.wfc"), folder.join("coupled"));
    fs::write(&one, (0..n_files).map(inputs::system).collect::<String>()).unwrap();
    inputs::write_systems(&many, n_files);
    for command in ["metrics", "advise"] {
        for (path, what) in [(&one, "one system"), (&many, "files of two")] {
            let measured = Meter::new(WFC).arg(command).arg(path.to_str().unwrap()).best_of(3);
            let what = format!("`wfc {command}` of {} workflows, {what}", 2 * n_files);
            row(&what, "≤ 1 s of CPU", &with_memory(&measured));
        }
    }
}

/// The parser alone, in a process of its own for each number of threads.
fn parsing(size: &Size, folder: &Path) {
    let file = folder.join("large.wfc");
    fs::write(&file, inputs::text(10_000_000 / size.divisor)).unwrap();
    let megabytes = fs::metadata(&file).unwrap().len() as f64 / 1e6;
    let own = std::env::current_exe().unwrap();
    for (threads, wanted) in [(1, "40 MB/s"), (2, "75 MB/s")] {
        let mut runs = Vec::new();
        for _ in 0..(size.times / 5).max(2) {
            let mut meter = Meter::new(own.to_str().unwrap());
            let said = meter.arg("--parse").arg(file.to_str().unwrap()).threads(threads).output();
            let figures: Vec<u64> = said.split_whitespace().map(|figure| figure.parse().unwrap()).collect();
            runs.push((figures[0], figures[1], figures[2]));
        }
        let (wall, cpu, peak) = runs.into_iter().min().unwrap();
        let (wall, cpu) = (Duration::from_nanos(wall), Duration::from_nanos(cpu));
        let what =
            format!("parsing {megabytes:.1} MB, {threads} thread{}", if threads == 1 { "" } else { "s" });
        let speed = megabytes / wall.as_secs_f64();
        row(&what, wanted, &format!("{speed:.0} MB/s: {} (CPU {}), {peak} MB", time(wall), time(cpu)));
    }
}

/// Parses one file and prints wall time and CPU time, in nanoseconds, and memory, in megabytes.
fn parse_once(path: &str) {
    let text = fs::read_to_string(path).unwrap();
    // The threads are there when the work begins, as they are in a long run.
    rayon::broadcast(|_| ());
    let cpu_before = meter::own_cpu();
    let began = Instant::now();
    let parsed = wfc::syntax::parse(FileId(0), &text);
    let wall = began.elapsed();
    let cpu = meter::own_cpu() - cpu_before;
    assert!(std::hint::black_box(&parsed).findings.is_empty(), "{:?}", parsed.findings.first());
    println!("{} {} {}", wall.as_nanos(), cpu.as_nanos(), meter::own_peak() / 1024);
}

fn check(path: &Path) -> Meter {
    let mut meter = Meter::new(WFC);
    meter.arg("check").arg(path.to_str().unwrap());
    meter
}

fn shown(measured: &Measured) -> String {
    format!("{} (CPU {}){}", time(measured.wall), time(measured.cpu), complaint(measured))
}

fn with_memory(measured: &Measured) -> String {
    let memory = measured.peak_kib as f64 / 1024.0;
    format!("{} (CPU {}), {memory:.0} MB{}", time(measured.wall), time(measured.cpu), complaint(measured))
}

/// Exit codes other than the clean one are worth knowing when reading figures.
fn complaint(measured: &Measured) -> String {
    match measured.code {
        Some(0) => String::new(),
        Some(code) => format!(", exit {code}"),
        None => ", killed".to_string(),
    }
}

fn time(duration: Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1e3;
    match milliseconds {
        ..10.0 => format!("{milliseconds:.1} ms"),
        10.0..1000.0 => format!("{milliseconds:.0} ms"),
        _ => format!("{:.2} s", milliseconds / 1e3),
    }
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}
