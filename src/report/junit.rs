//! JUnit XML, for everything that shows test results: a file is a suite, a finding a case. What fails the
//! run is a failure; what does not is skipped, so that nobody sees red in a green run.

use super::paint::{Paint, printable, printable_lines};
use super::{Report, human};
use crate::finding::Finding;
use crate::source::FileId;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::collections::BTreeMap;
use std::io;

pub fn report(report: &Report) -> String {
    let mut out = Vec::new();
    // Writing to memory cannot fail.
    let _ = write(report, &mut Writer::new_with_indent(&mut out, b' ', 2));
    let mut text = String::from_utf8_lossy(&out).into_owned();
    text.push('\n');
    text
}

fn write<W: io::Write>(report: &Report, out: &mut Writer<W>) -> io::Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut suites: BTreeMap<FileId, Vec<&Finding>> =
        report.sources.ids().map(|file| (file, Vec::new())).collect();
    for finding in report.findings() {
        suites.entry(finding.span().file).or_default().push(finding);
    }
    // A file without findings is one case that passes.
    let n_cases: usize = suites.values().map(|findings| findings.len().max(1)).sum();
    let n_failures = report.findings().iter().filter(|finding| finding.severity >= report.fail_on).count();
    out.create_element("testsuites")
        .with_attributes([
            ("name", "wfc"),
            ("tests", n_cases.to_string().as_str()),
            ("failures", n_failures.to_string().as_str()),
            ("errors", "0"),
        ])
        .write_inner_content(|out| {
            suites.iter().try_for_each(|(file, findings)| {
                suite(&printable(&report.sources.get(*file).path), findings, report, out)
            })
        })?;
    Ok(())
}

fn suite<W: io::Write>(
    path: &str,
    findings: &[&Finding],
    report: &Report,
    out: &mut Writer<W>,
) -> io::Result<()> {
    let n_failures = findings.iter().filter(|finding| finding.severity >= report.fail_on).count();
    out.create_element("testsuite")
        .with_attributes([
            ("name", path),
            ("tests", findings.len().max(1).to_string().as_str()),
            ("failures", n_failures.to_string().as_str()),
            ("errors", "0"),
            ("skipped", (findings.len() - n_failures).to_string().as_str()),
        ])
        .write_inner_content(|out| {
            if findings.is_empty() {
                let case = out.create_element("testcase");
                case.with_attributes([("name", "no findings"), ("classname", path)]).write_empty()?;
            }
            findings.iter().try_for_each(|finding| case(path, finding, report, out))
        })?;
    Ok(())
}

fn case<W: io::Write>(path: &str, finding: &Finding, report: &Report, out: &mut Writer<W>) -> io::Result<()> {
    let at = report.sources.get(finding.span().file).position(finding.span().start);
    let name = format!("{} at {}:{}", finding.name(), at.line, at.column);
    let message = printable(&finding.message);
    let severity = finding.severity.to_string();
    out.create_element("testcase")
        .with_attributes([
            ("name", name.as_str()),
            ("classname", path),
            ("file", path),
            ("line", at.line.to_string().as_str()),
        ])
        .write_inner_content(|out| {
            if finding.severity >= report.fail_on {
                let text = printable_lines(&human::one(finding, report.sources, &Paint::plain()));
                out.create_element("failure")
                    .with_attributes([("message", message.as_str()), ("type", severity.as_str())])
                    .write_text_content(BytesText::new(&text))?;
            } else {
                let reason = format!("{severity}: {message}");
                out.create_element("skipped").with_attribute(("message", reason.as_str())).write_empty()?;
            }
            Ok(())
        })?;
    Ok(())
}
