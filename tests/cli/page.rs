//! `wfc graph` to PNG and to a page.

use crate::folder::Folder;
use std::fs;

fn folder() -> Folder {
    let folder = Folder::new(&[]);
    folder.wfc(&["init"]);
    folder
}

/// How wide and high a PNG says it is.
fn size(bytes: &[u8]) -> (u32, u32) {
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "no PNG");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_png_is_as_large_as_its_scale_and_always_the_same() {
    let folder = folder();
    let draw = |name: &str, scale: &str| {
        let run = folder.wfc(&["graph", "order.wfc", "-o", name, "--scale", scale]);
        assert!(run.code == 0 && run.stdout.is_empty() && run.stderr.is_empty(), "{run:#?}");
        fs::read(folder.at(name)).unwrap()
    };
    let (one, again, two) = (draw("a.png", "1"), draw("b.png", "1"), draw("c.png", "2"));
    assert_eq!(one, again);
    let ((w, h), (ww, hh)) = (size(&one), size(&two));
    assert!(w.abs_diff(ww / 2) <= 1 && h.abs_diff(hh / 2) <= 1, "{w} {h} {ww} {hh}");
    let output = folder.command(&["graph", "order.wfc", "--format", "png", "--scale", "1"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout), (Some(0), one));
}

#[test]
fn a_picture_that_nobody_can_look_at_is_trouble() {
    let folder = folder();
    let words = |n: usize| format!("step s{n} = A.Do()\n");
    let steps: String = (0..1_600).map(words).collect();
    folder.write(
        "long.wfc",
        format!(
            "service A {{ command Do() }}\nworkflow W() {{ orchestrated by A; success Ok\n{steps} end Ok }}"
        ),
    );
    folder
        .wfc(&["graph", "long.wfc", "-o", "a.png", "--split", "0", "--scale", "20"])
        .is_trouble("a picture of ");
    assert!(!folder.at("a.png").exists());
    for scale in ["0", "21", "-1", "NaN", "big"] {
        let run = folder.wfc(&["graph", "order.wfc", "-o", "a.png", &format!("--scale={scale}")]);
        assert!(run.code == 2 && run.stderr.contains("--scale"), "{scale}: {run:#?}");
    }
}

#[test]
fn a_page_has_every_view_and_asks_nobody_for_anything() {
    let folder = folder();
    let run = folder.wfc(&["graph", ".", "-o", "a.html"]);
    assert!(run.code == 0 && run.stdout.is_empty() && run.stderr.is_empty(), "{run:#?}");
    let page = folder.read("a.html");
    for view in ["flow", "services", "sequence", "compensation", "matrix"] {
        assert!(page.contains(&format!("\"view\":\"{view}\"")), "{view}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("connect-src 'none'"));
    // The names of SVG are no addresses.
    let names = ["http://www.w3.org/2000/svg"];
    let rest = names.iter().fold(page.clone(), |page, name| page.replace(name, ""));
    assert!(
        !rest.contains("http:") && !rest.contains("https:") && !rest.contains("src="),
        "it asks somebody"
    );
    assert_eq!(folder.wfc(&["graph", ".", "--format", "html"]).stdout, page);
}

#[test]
fn a_page_of_nothing_is_trouble() {
    let folder = folder();
    folder.write("none.wfc", "id OrderId\n");
    folder.wfc(&["graph", "none.wfc", "-o", "a.html"]).is_trouble("there is nothing to draw");
    folder
        .wfc(&["graph", ".", "--workflow", "Nobody", "-o", "a.html"])
        .is_trouble("there is no workflow `Nobody`");
    assert!(!folder.at("a.html").exists());
}

#[test]
fn a_page_overlooks_no_option() {
    let folder = folder();
    for option in ["--focus=Shop", "--collapse=teams", "--split=5", "--failure=outage"] {
        let name = option.split('=').next().unwrap();
        folder
            .wfc(&["graph", ".", option, "-o", "a.html"])
            .is_trouble(&format!("{name} is for one picture, and a page shows them all"));
    }
    assert!(!folder.at("a.html").exists());
}

#[test]
fn committed_pages_and_pngs_are_held_current() {
    let folder = folder();
    for name in ["a.html", "a.png"] {
        assert_eq!(folder.wfc(&["graph", "order.wfc", "-o", name, "--check"]).code, 1, "{name}");
        assert_eq!(folder.wfc(&["graph", "order.wfc", "-o", name]).code, 0, "{name}");
        assert_eq!(folder.wfc(&["graph", "order.wfc", "-o", name, "--check"]).code, 0, "{name}");
        folder.write(name, b"\xffold");
        assert_eq!(folder.wfc(&["graph", "order.wfc", "-o", name, "--check"]).code, 1, "{name}");
    }
}

#[test]
fn a_page_says_how_it_starts() {
    let folder = folder();
    for (theme, start) in [("auto", ""), ("light", "light"), ("dark", "dark")] {
        let run = folder.wfc(&["graph", "order.wfc", "-o", "a.html", "--theme", theme]);
        assert_eq!(run.code, 0, "{run:#?}");
        assert!(folder.read("a.html").contains(&format!("data-start=\"{start}\"")), "{theme}");
    }
}
