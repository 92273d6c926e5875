//! JUnit XML, for everything that shows test results: a file is a suite, a finding a case. What fails the
//! run is a failure; what does not is skipped, so that nobody sees red in a green run.

use super::paint::{Paint, printable, printable_lines};
use super::{Report, human};
use crate::finding::Finding;
use crate::source::FileId;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::collections::BTreeMap;

pub fn report(report: &Report) -> String {
    let mut suites: BTreeMap<FileId, Vec<&Finding>> =
        report.sources.ids().map(|file| (file, Vec::new())).collect();
    for finding in report.findings() {
        suites.entry(finding.span().file).or_default().push(finding);
    }
    // A file without findings is one case that passes.
    let n_cases: usize = suites.values().map(|findings| findings.len().max(1)).sum();
    let n_failures = report.findings().iter().filter(|finding| fails(finding, report)).count();
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
    xml.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    let (tests, failures) = (n_cases.to_string(), n_failures.to_string());
    xml.open("testsuites", &[("name", "wfc"), ("tests", &tests), ("failures", &failures), ("errors", "0")]);
    for (file, findings) in &suites {
        suite(&printable(&report.sources.get(*file).path), findings, report, &mut xml);
    }
    xml.close("testsuites");
    format!("{}\n", String::from_utf8_lossy(&xml.0.into_inner()))
}

fn fails(finding: &Finding, report: &Report) -> bool {
    finding.severity >= report.fail_on
}

fn suite(path: &str, findings: &[&Finding], report: &Report, xml: &mut Xml) {
    let n_failures = findings.iter().filter(|finding| fails(finding, report)).count();
    xml.open(
        "testsuite",
        &[
            ("name", path),
            ("tests", &findings.len().max(1).to_string()),
            ("failures", &n_failures.to_string()),
            ("errors", "0"),
            ("skipped", &(findings.len() - n_failures).to_string()),
        ],
    );
    if findings.is_empty() {
        xml.empty("testcase", &[("name", "no findings"), ("classname", path)]);
    }
    findings.iter().for_each(|finding| case(path, finding, report, xml));
    xml.close("testsuite");
}

fn case(path: &str, finding: &Finding, report: &Report, xml: &mut Xml) {
    let at = report.sources.get(finding.span().file).position(finding.span().start);
    let name = format!("{} at {}:{}", finding.name(), at.line, at.column);
    let message = printable(&finding.message);
    let severity = finding.severity.to_string();
    xml.open(
        "testcase",
        &[("name", &name), ("classname", path), ("file", path), ("line", &at.line.to_string())],
    );
    if fails(finding, report) {
        xml.open("failure", &[("message", &message), ("type", &severity)]);
        xml.text(&printable_lines(&human::one(finding, report.sources, &Paint::plain())));
        xml.close("failure");
    } else {
        xml.empty("skipped", &[("message", &format!("{severity}: {message}"))]);
    }
    xml.close("testcase");
}

/// Elements in memory, where writing cannot fail.
struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn write(&mut self, event: Event) {
        let _ = self.0.write_event(event);
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.write(Event::Start(start));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.write(Event::Empty(start));
    }

    fn text(&mut self, text: &str) {
        self.write(Event::Text(BytesText::new(text)));
    }

    fn close(&mut self, name: &str) {
        self.write(Event::End(BytesEnd::new(name)));
    }
}
