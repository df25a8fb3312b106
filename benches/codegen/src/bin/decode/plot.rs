//! The plot: the time of each way beside a `Value` parse.

use std::fmt::Write as _;

use crate::report::Measured;

/// The ways that are shown, with what they are called and their colour.
const SHOWN: [(&str, &str, &str); 4] = [
    ("decode", "decode, which checks everything", "#2f6f4f"),
    ("Value", "serde_json to a Value, which checks nothing", "#8a8a8a"),
    ("sonic-rs", "sonic-rs to its value, which checks nothing", "#b9b9b9"),
    ("usual", "Value, jsonschema, then the struct", "#b5533c"),
];

const WIDTH: f64 = 720.0;
/// The text left of the bars.
const LEFT: f64 = 140.0;
const BAR: f64 = 14.0;
const GAP: f64 = 18.0;
const TOP: f64 = 92.0;

/// A picture of bars, the shorter the better.
pub(crate) fn svg(all: &[Measured]) -> String {
    let sets: Vec<&Measured> = all.iter().filter(|set| set.ratio("usual").is_some()).collect();
    let ratios = sets.iter().flat_map(|set| SHOWN.iter().filter_map(|(way, ..)| set.ratio(way)));
    let scale = (WIDTH - LEFT - 60.0) / ratios.fold(1.0, f64::max);
    let mut body = String::new();
    let mut y = TOP;
    for set in sets {
        text(&mut body, 12.0, y + 2.0 * BAR, set.name);
        for (way, _, colour) in SHOWN {
            let Some(ratio) = set.ratio(way) else { continue };
            let width = ratio * scale;
            bar(&mut body, (LEFT, y, width), colour);
            text(&mut body, LEFT + width + 6.0, y + BAR - 3.0, &format!("{ratio:.2}"));
            y += BAR;
        }
        y += GAP;
    }
    for (index, (_, title, colour)) in (0_u8..).zip(SHOWN) {
        let (x, y) = (12.0 + f64::from(index % 2) * WIDTH / 2.0, 44.0 + f64::from(index / 2) * 18.0);
        bar(&mut body, (x, y - BAR + 3.0, BAR), colour);
        text(&mut body, x + BAR + 6.0, y, title);
    }
    text(&mut body, 12.0, 20.0, "Time to read a payload, beside a serde_json Value parse (1.00): less is better");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{y}\" viewBox=\"0 0 {WIDTH} {y}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{body}</svg>\n"
    )
}

fn bar(body: &mut String, (x, y, width): (f64, f64, f64), colour: &str) {
    // Writing to a string can't fail.
    let _ = writeln!(
        body,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>",
        BAR - 2.0
    );
}

fn text(body: &mut String, x: f64, y: f64, text: &str) {
    let _ = writeln!(body, "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"#222222\">{text}</text>");
}
