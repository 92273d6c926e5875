//! Whether a text is the SVG that wfc means to write: well-formed, nothing but shapes and text, nothing
//! that runs or fetches, and everything within the picture.

/// Everything a picture may consist of.
const ELEMENTS: &[&str] =
    &["svg", "g", "title", "style", "rect", "circle", "text", "tspan", "path", "polygon", "line"];

pub fn check(picture: &str) -> Result<(), String> {
    let document = roxmltree::Document::parse(picture).map_err(|why| why.to_string())?;
    let root = document.root_element();
    let bounds: Vec<f64> = root
        .attribute("viewBox")
        .ok_or("no viewBox")?
        .split(' ')
        .map(|number| number.parse().map_err(|_| format!("no number: {number}")))
        .collect::<Result<_, _>>()?;
    let [left, top, width, height] = bounds[..] else { return Err("no viewBox of four numbers".to_string()) };
    for element in root.descendants().filter(roxmltree::Node::is_element) {
        let name = element.tag_name().name();
        if !ELEMENTS.contains(&name) {
            return Err(format!("<{name}> has no business here"));
        }
        if let Some(attribute) =
            element.attributes().find(|it| it.name().starts_with("on") || it.name().contains("href"))
        {
            return Err(format!("{} runs or fetches something", attribute.name()));
        }
        let number = |of: &str| element.attribute(of).map_or(Ok(0.0), str::parse::<f64>);
        if name == "rect" {
            let read = (number("x"), number("y"), number("width"), number("height"));
            let (Ok(x), Ok(y), Ok(w), Ok(h)) = read else { return Err("no number in a rect".to_string()) };
            let fits = x >= left - 0.1
                && y >= top - 0.1
                && x + w <= left + width + 0.1
                && y + h <= top + height + 0.1;
            if !fits {
                return Err(format!("a rect at {x}, {y} stands outside of the picture"));
            }
        }
    }
    Ok(())
}
